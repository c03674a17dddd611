import type { RequestHandler } from 'express';
import type { Metrics } from '../observe/metrics.js';

/** The values of the metric label `route`: few, whatever anybody asks for. */
export type RouteLabel =
  | 'simple'
  | 'files'
  | 'pypi'
  | 'integrity'
  | 'healthz'
  | 'readyz'
  | 'metrics'
  | 'api'
  | 'other';

/** Counts and times every request by its route. A client that hangs up counts as status 499, as nginx has it. */
export function observeRequests(metrics: Metrics): RequestHandler {
  return (_req, res, next) => {
    const started = performance.now();
    res.once('close', () => {
      const route = (res.locals.route as RouteLabel | undefined) ?? 'other';
      const status = res.writableFinished ? res.statusCode : 499;
      metrics.requests.inc({ route, status: String(status) });
      metrics.requestDuration.observe({ route }, (performance.now() - started) / 1_000);
    });
    next();
  };
}
