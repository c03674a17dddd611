/** The output of a start, and the log's name for its policy. */

/** @param url with the port, without a slash at the end */
export function listensOn(url: string): string {
  return `wheelgate listens on ${url}, for pip: PIP_INDEX_URL=${url}/simple/`;
}

/** @param url without a slash at the end */
export function dashboardAt(url: string): string {
  return `its dashboard: ${url}/`;
}

export const POLICY_IN_FORCE = 'policy in force';

/** The effect of dry-run mode. */
export const ONLY_COUNTED = 'refusals are counted but not enforced';
