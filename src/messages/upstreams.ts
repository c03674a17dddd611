/* Failures of an upstream: the `detail` of problem documents, and lines of the log. */

/** @param what what it did, without a full stop */
export function theUpstream(name: string, what: string): string {
  return `The upstream ${name} ${what}.`;
}

/** What a silent upstream did. */
export const LATE = 'did not respond in time';

/** What an upstream did that is not asked for a while. */
export function failedInARow(times: number | string, seconds: number | string): string {
  return `has failed ${times} times in a row; next attempt in ${seconds} s`;
}
