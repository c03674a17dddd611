import type { ReplicaNote } from '../../dashboard/replica-note.js';
import type { HealthReport } from '../../observe/health.js';
import { VERSION } from '../../runtime/package-root.js';
import { healthPage } from '../../ui/health-page.js';
import type { Handler } from '../asked.js';
import { pageHandler } from '../html.js';
import { sendJson } from '../json.js';
import type { HttpSettings, Services } from '../services.js';

/** Response body of `/api/v1/health`. */
export interface HealthAnswer extends HealthReport {
  /** Wheelgate version. */
  readonly version: string;
  /** The policy revision. */
  readonly policy: string;
  /** All replicas that share the cache. Absent for a single server. */
  readonly replicas?: readonly ReplicaNote[];
  /** ISO 8601: the last response of Redis, if Redis is down. The data on other replicas is from that time. */
  readonly replicasAsOf?: string;
}

/** `GET /health`: the state of `/readyz`, as a page. */
export function healthPageRoute(services: Services, settings: HttpSettings): Handler {
  return pageHandler(services, settings, async () => healthPage(await healthOf(services)));
}

/** `GET /api/v1/health`: the same for programs. */
export function healthApiRoute(services: Services): Handler {
  return async (_req, res) => sendJson(res, 200, await healthOf(services));
}

async function healthOf({ health, judge, serviceState }: Services): Promise<HealthAnswer> {
  const { replicas, replicasAsOf } = await serviceState();
  return {
    version: VERSION,
    policy: judge.revision,
    ...health.report(),
    ...(replicas !== undefined && { replicas }),
    ...(replicasAsOf !== undefined && { replicasAsOf }),
  };
}
