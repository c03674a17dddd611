import type { Config } from '../config/config.js';
import { UPSTREAM_STATUSES, upstreamStatus } from '../observe/upstream-status.js';
import { HttpUpstream } from '../upstream/http-upstream.js';
import type { Upstream } from '../upstream/upstream.js';
import type { Process } from './process.js';

export function createUpstreams(config: Config, { network, metrics, now }: Process): Upstream[] {
  return config.upstreams.map((upstream) => {
    for (const status of UPSTREAM_STATUSES)
      metrics.upstreamRequests.inc({ upstream: upstream.name, status }, 0);
    return new HttpUpstream(
      { ...upstream, isPublic: upstream.public },
      {
        network,
        observe: (name, status, seconds) => {
          metrics.upstreamRequests.inc({ upstream: name, status: upstreamStatus(status) });
          metrics.upstreamDuration.observe({ upstream: name }, seconds);
        },
        now,
      },
    );
  });
}
