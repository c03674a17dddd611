import type { HealthReport } from '../../observe/health.js';
import { VERSION } from '../../runtime/package-root.js';
import { healthPage } from '../../ui/health-page.js';
import type { Handler } from '../asked.js';
import { pageHandler } from '../html.js';
import { sendJson } from '../json.js';
import type { HttpSettings, Services } from '../services.js';

/** What `/api/v1/health` answers with. */
export interface HealthAnswer extends HealthReport {
  /** Of Wheelgate. */
  readonly version: string;
  /** The policy revision. */
  readonly policy: string;
}

/** `GET /health`: what `/readyz` says, for people. */
export function healthPageRoute(services: Services, settings: HttpSettings): Handler {
  const { health, judge } = services;
  return pageHandler(services, settings, () =>
    healthPage({ version: VERSION, policy: judge.revision, ...health.report() }),
  );
}

/** `GET /api/v1/health`: the same for programs. */
export function healthApiRoute({ health, judge }: Services): Handler {
  return (_req, res) => {
    const report = health.report();
    const answer: HealthAnswer = { version: VERSION, policy: judge.revision, ...report };
    sendJson(res, 200, answer);
  };
}
