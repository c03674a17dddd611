/** The usual statuses of indexes; others are counted by class, so every series can exist from the start. */
const STATUSES = [
  200, 206, 301, 302, 303, 304, 307, 308, 401, 403, 404, 407, 408, 410, 429, 500, 502, 503, 504,
];
const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'];

/** All values of the metric label `status` of requests to upstreams; `error` is a missing response. */
export const UPSTREAM_STATUSES: readonly string[] = [...STATUSES.map(String), ...CLASSES, 'error'];

const KNOWN: ReadonlySet<string> = new Set(UPSTREAM_STATUSES);

/** The label's value for a status; `4xx` for one that is not listed. */
export function upstreamStatus(status: number | 'error'): string {
  const text = String(status);
  if (KNOWN.has(text)) return text;
  const byClass = `${text[0]}xx`;
  return KNOWN.has(byClass) ? byClass : 'error';
}
