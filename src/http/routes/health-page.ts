import { VERSION } from '../../runtime/package-root.js';
import { healthPage } from '../../ui/health-page.js';
import type { Handler } from '../asked.js';
import { pageHandler } from '../html.js';
import { sendJson } from '../json.js';
import type { HttpSettings, Services } from '../services.js';

/** `GET /health`: what `/readyz` says, for people. */
export function healthPageRoute(services: Services, settings: HttpSettings): Handler {
  const { health, judge } = services;
  return pageHandler(services, settings, () =>
    healthPage({ version: VERSION, policy: judge.revision, ...health.report() }),
  );
}

/** `GET /api/v1/health`: the same for programs. */
export function healthApiRoute({ health, judge }: Services): Handler {
  return (_req, res) =>
    sendJson(res, 200, { version: VERSION, policy: judge.revision, ...health.report() });
}
