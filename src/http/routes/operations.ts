import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Services } from '../services.js';

/** `GET /healthz`: the process answers. */
export function healthRoute() {
  return (_req: IncomingMessage, res: ServerResponse): void => {
    sendJson(res, 200, { status: 'ok' });
  };
}

/** `GET /readyz`: whether requests should be sent here, and what is degraded. */
export function readyRoute({ health }: Services) {
  return (_req: IncomingMessage, res: ServerResponse): void => {
    const report = health.report();
    sendJson(res, report.status === 'failed' ? 503 : 200, report);
  };
}

/** `GET /metrics` in Prometheus's text form. */
export function metricsRoute({ metrics, metricsText }: Services) {
  return async (_req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const text = await metricsText();
    res.setHeader('content-type', metrics.registry.contentType);
    res.setHeader('cache-control', 'no-store');
    res.end(text);
  };
}

export function sendJson(res: ServerResponse, status: number, value: unknown): void {
  res.statusCode = status;
  res.setHeader('content-type', 'application/json');
  res.setHeader('cache-control', 'no-store');
  res.end(`${JSON.stringify(value, null, 2)}\n`);
}
