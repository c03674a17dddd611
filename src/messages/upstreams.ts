/* Failures of an upstream: the `detail` of problem documents, and lines of the log. */

/** @param what the predicate, without a full stop */
export function theUpstream(name: string, what: string): string {
  return `The upstream ${name} ${what}.`;
}

/** For an upstream that does not respond. */
export const LATE = 'did not respond in time';

/** For an upstream that is temporarily not queried. */
export function failedInARow(times: number | string, seconds: number | string): string {
  return `has failed ${times} times in a row; next attempt in ${seconds} s`;
}
