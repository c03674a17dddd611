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
    listen: hostAndPort().describe('Address to listen on.').prefault('127.0.0.1:8080'),
    'public-url': webUrl()
      .describe('URL at which clients reach Wheelgate. Links in refusals start with it.')
      .optional(),
    contact: z
      .string()
      .regex(/^[\x20-\x7e]{1,200}$/, 'expected one line of plain text, at most 200 characters')
      .describe('Contact for waivers, included in every refusal.')
      .optional(),
    upstream: webUrl()
      .describe('URL of the public index, as a shorthand for "upstreams".')
      .optional(),
    upstreams: upstreamsSection,
    policies: path()
      .describe('Folder of your policy files. They override the shipped ones.')
      .optional(),
    data: path()
      .describe('Folder for cache, findings and decision log. Default: ~/.cache/wheelgate.')
      .optional(),
    cache: cacheSection,
    gate: gateSection,
    prefetch: z
      .enum(['on', 'off'])
      .describe('Prefetch a wheel of up to 32 MiB when a client requests its sidecar.')
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
      .describe('Addresses whose X-Forwarded-For is trusted.')
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
        issue('the reverse proxy must be listed in "trusted-proxies"', 'serve', 'accel');
      checkReplica(redis.url !== undefined, replica, issue);
    },
  )
  .meta({
    title: 'Wheelgate configuration',
    description: 'wheelgate.yaml. See docs/configuration.md.',
  });

export type ConfigFile = z.output<typeof configSchema>;

/** `schema/config.schema.json`. */
export function configJsonSchema(): string {
  return jsonSchemaText(configSchema);
}
