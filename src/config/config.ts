import { join } from 'node:path';
import { camelCased } from './camel-case.js';
import type { ConfigFile } from './schema.js';
import { toFeed } from './sections/feed.js';
import { toInspection } from './sections/inspection.js';
import { toRedis } from './sections/redis.js';
import { toReplica } from './sections/replica.js';
import { toS3 } from './sections/s3.js';
import { toTls } from './sections/tls.js';
import { toUpstreams } from './sections/upstreams.js';

/**
 * All settings under their names in the code, each with its default, if it has one. Sizes are in bytes, times in
 * milliseconds, paths absolute, and URLs of indexes end with a slash. The descriptions of the settings are in
 * `sections/`.
 */
export type Config = ReturnType<typeof toConfig>;

/** Sets the values that depend on the machine. @param defaultData the default data folder */
export function toConfig(file: ConfigFile, defaultData: string) {
  const data = file.data ?? defaultData;
  return {
    listen: file.listen,
    /** Without a slash at its end. */
    publicUrl: file['public-url']?.replace(/\/+$/, ''),
    contact: file.contact,
    /** In the order in which they are asked; at most the last is public. */
    upstreams: toUpstreams(file.upstreams, file.upstream),
    /** Undefined if only the shipped policies are used. */
    policies: file.policies,
    data,
    cache: camelCased(file.cache),
    gate: camelCased(file.gate),
    prefetch: file.prefetch,
    probe: camelCased(file.probe),
    inspection: toInspection(file.inspection),
    attestations: camelCased(file.attestations),
    log: file.log,
    decisions: {
      ...camelCased(file.decisions),
      file: file.decisions.file ?? join(data, 'decisions.jsonl'),
    },
    dashboard: camelCased(file.dashboard),
    feed: toFeed(file.feed),
    access: file.access,
    tls: toTls(file.tls),
    /** Undefined if nothing is shared; `prefix` is empty or ends with a slash. */
    s3: toS3(file.s3),
    /** Undefined without Redis. */
    redis: toRedis(file.redis),
    replica: toReplica(file.replica),
    serve: file.serve,
    trustedProxies: file['trusted-proxies'],
    server: camelCased(file.server),
    webhooks: file.webhooks,
  };
}
