/* What a start prints, and how the log names the policy that it begins with. */

/** @param url with the port, without a slash at the end */
export function listensOn(url: string): string {
  return `wheelgate listens on ${url}, for pip: PIP_INDEX_URL=${url}/simple/`;
}

/** @param url without a slash at the end */
export function dashboardAt(url: string): string {
  return `its dashboard: ${url}/`;
}

export const POLICY_IN_FORCE = 'policy in force';

/** What a dry run means. */
export const ONLY_COUNTED = 'refusals are counted but not enforced';
