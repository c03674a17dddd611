import { z } from 'zod';
import { jsonSchemaText } from '../yaml/json-schema.js';
import { accessSection } from './sections/access.js';
import { attestationsSection } from './sections/attestations.js';
import { cacheSection } from './sections/cache.js';
import { dashboardSection } from './sections/dashboard.js';
import { decisionsSection } from './sections/decisions.js';
import { feedSection } from './sections/feed.js';
import { gateSection } from './sections/gate.js';
import { inspectionSection } from './sections/inspection.js';
import { logSection } from './sections/log.js';
import { probeSection } from './sections/probe.js';
import { redisSection } from './sections/redis.js';
import { checkReplica, replicaSection } from './sections/replica.js';
import { s3Section } from './sections/s3.js';
import { serveSection } from './sections/serve.js';
import { serverSection } from './sections/server.js';
import { tlsSection } from './sections/tls.js';
import { upstreamsSection } from './sections/upstreams.js';
import { webhooksSection } from './sections/webhooks.js';
import { hostAndPort, network, path, webUrl } from './terms.js';

/** `wheelgate.yaml`, as people write it. */
export const configSchema = z
  .strictObject({
    listen: hostAndPort().describe('Where to listen.').prefault('127.0.0.1:8080'),
    'public-url': webUrl()
      .describe(
        'The URL under which clients see Wheelgate, with which the links in refusals begin.',
      )
      .optional(),
    contact: z
      .string()
      .regex(/^[\x20-\x7e]{1,200}$/, 'expected one line of plain text, at most 200 characters')
      .describe('Where to ask for a waiver; in the body of every refusal.')
      .optional(),
    upstream: webUrl()
      .describe('The public index, where all that is to be said of it is its URL.')
      .optional(),
    upstreams: upstreamsSection,
    policies: path().describe('The folder of your policy files, over the shipped ones.').optional(),
    data: path()
      .describe('The folder for cache, findings and the decision log. Default: ~/.cache/wheelgate.')
      .optional(),
    cache: cacheSection,
    gate: gateSection,
    prefetch: z
      .enum(['on', 'off'])
      .describe(
        'Fetch a wheel of up to 32 MiB while the client that asked for its sidecar resolves.',
      )
      .prefault('on'),
    probe: probeSection,
    inspection: inspectionSection,
    attestations: attestationsSection,
    log: logSection,
    decisions: decisionsSection,
    dashboard: dashboardSection,
    feed: feedSection,
    access: accessSection,
    tls: tlsSection,
    'trusted-proxies': z
      .array(network())
      .describe('Addresses whose X-Forwarded-For is believed.')
      .prefault([]),
    redis: redisSection,
    replica: replicaSection,
    s3: s3Section,
    serve: serveSection,
    webhooks: webhooksSection,
    server: serverSection,
  })
  .superRefine(
    ({ upstream, upstreams, serve, redis, replica, 'trusted-proxies': trusted }, context) => {
      const issue = (message: string, ...path: string[]) =>
        context.addIssue({ code: 'custom', message, path });
      if (upstream !== undefined && upstreams.at(-1)?.public === false)
        issue(
          '"upstream" is the URL of the public index, and the last upstream is not public',
          'upstream',
        );
      if (serve.accel !== 'off' && trusted.length === 0)
        issue(
          'the front server must be among "trusted-proxies": others get the bytes from here',
          'serve',
          'accel',
        );
      checkReplica(redis.url !== undefined, replica, issue);
    },
  )
  .meta({
    title: 'Wheelgate configuration',
    description: 'wheelgate.yaml; docs/configuration.md explains it.',
  });

export type ConfigFile = z.output<typeof configSchema>;

/** `schema/config.schema.json`. */
export function configJsonSchema(): string {
  return jsonSchemaText(configSchema);
}
