import type { Handler } from '../asked.js';
import { sendJson } from '../json.js';
import type { Services } from '../services.js';

/** `GET /healthz`: the process answers. */
export function healthRoute(): Handler {
  return (_req, res) => {
    sendJson(res, 200, { status: 'ok' });
  };
}

/**
 * `GET /readyz`: whether the server accepts traffic, and its degraded parts. @throws {Failure} if the state in force is
 * unconfirmed
 */
export function readyRoute({ health, confirmation }: Services): Handler {
  return async (_req, res) => {
    if (performance.now() >= confirmation.until) await confirmation.renewed();
    const report = health.report();
    sendJson(res, report.status === 'failed' ? 503 : 200, report);
  };
}

/** `GET /metrics` in Prometheus's text form. */
export function metricsRoute({ metrics, metricsText }: Services): Handler {
  return async (_req, res) => {
    const text = await metricsText();
    res.setHeader('content-type', metrics.registry.contentType);
    res.setHeader('cache-control', 'no-store');
    res.end(text);
  };
}
