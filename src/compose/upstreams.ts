import { readFileSync } from 'node:fs';
import type { Config } from '../config/config.js';
import { UPSTREAM_STATUSES, upstreamStatus } from '../observe/upstream-status.js';
import { HttpUpstream } from '../upstream/http-upstream.js';
import type { Upstream } from '../upstream/upstream.js';
import type { Process } from './process.js';

/** @throws where a certificate for an index cannot be read */
export function createUpstreams(config: Config, process: Process): Upstream[] {
  const { network, metrics, health, log, now } = process;
  /** What is wrong with the credentials for each of them. */
  const refused = new Map<string, string>();
  return config.upstreams.map((upstream) => {
    for (const status of UPSTREAM_STATUSES)
      metrics.upstreamRequests.inc({ upstream: upstream.name, status }, 0);
    return new HttpUpstream(
      { ...upstream, isPublic: upstream.public, certificate: certificateOf(upstream.tls) },
      {
        network,
        observe: (name, status, seconds) => {
          metrics.upstreamRequests.inc({ upstream: name, status: upstreamStatus(status) });
          metrics.upstreamDuration.observe({ upstream: name }, seconds);
        },
        now,
        onCredentials: (why) => {
          if (why === undefined) refused.delete(upstream.name);
          else refused.set(upstream.name, why);
          const said = [...refused].map(([name, what]) => `${name}: ${what}`).join('; ');
          if (said === '') health.set('upstreams', 'ok');
          else health.set('upstreams', 'degraded', said);
          if (why !== undefined) log.error({ upstream: upstream.name }, why);
        },
      },
    );
  });
}

function certificateOf(
  tls: { readonly cert: string; readonly key: string } | undefined,
): { cert: string; key: string } | undefined {
  return tls && { cert: readFileSync(tls.cert, 'utf8'), key: readFileSync(tls.key, 'utf8') };
}
