import type { Metrics } from '../observe/metrics.js';
import { NO_ROUTE, ROUTES, type RouteLabel } from './routes/table.js';

/**
 * Counts a finished request.
 * @param started its arrival, by `performance.now()`
 */
export type CountRequest = (route: RouteLabel, status: number, started: number) => void;

/** Makes the one way in which requests are counted, cheap enough for warm pages. */
export function requestCounter(metrics: Metrics): CountRequest {
  const series = new Map(
    [...ROUTES.map(({ label }) => label), NO_ROUTE].map((route) => [
      route,
      { byStatus: new Map<number, () => void>(), take: metrics.requestDuration.series({ route }) },
    ]),
  );
  return (route, status, started) => {
    const { byStatus, take } = series.get(route)!;
    let count = byStatus.get(status);
    if (count === undefined) {
      count = metrics.series(metrics.requests, { route, status: String(status) });
      byStatus.set(status, count);
    }
    count();
    take((performance.now() - started) / 1_000);
  };
}
