/** Gaps in the decision log: those of a search, and lines of the process's log. */

export const REDIS_SILENT = 'Redis does not respond';
export const REPLICA_SILENT = 'the replica stopped responding';
export const UNCONFIRMED = 'not confirmed by the replica yet';

/** Behind a reason. @param time ISO 8601 */
export function lastSeen(why: string, time: string): string {
  return `${why}, last seen at ${time}`;
}

/** @param why undefined if unknown */
export function noDecisions(replica: string, why?: string): string {
  return `${replica}: no decisions available${because(why)}`;
}

/** @param to ISO 8601 */
export function noDecisionsBefore(replica: string, to: string): string {
  return `${replica}: no decisions before ${to}`;
}

/** @param from ISO 8601; @param why undefined if unknown */
export function noDecisionsSince(replica: string, from: string, why?: string): string {
  return `${replica}: no decisions since ${from}${because(why)}`;
}

/** @param from ISO 8601; @param why undefined if unknown */
export function maybeMissingSince(replica: string, from: string, why?: string): string {
  return `${replica}: decisions since ${from} may be missing${because(why)}`;
}

/** @param from ISO 8601; @param to ISO 8601 */
export function maybeMissingBetween(replica: string, from: string, to: string): string {
  return `${replica}: decisions between ${from} and ${to} may be missing`;
}

/** @param key of a file in the bucket */
export function archivedUnreadable(key: string, why: string): string {
  return `${key} in S3 cannot be read: ${why}`;
}

/** Why a file in the bucket cannot be read: it was changed there. */
export const ARCHIVED_DIFFERS = 'it differs from the uploaded file';

/** @param key of a file in the bucket */
export function archivedMissing(key: string): string {
  return `${key} in S3 is missing, and earlier ones may be too`;
}

/** @param key of a file in the bucket */
export function archivedForeign(key: string): string {
  return `${key} in S3 was not written by a replica, or has another version`;
}

/** A file of the log that ends too early. */
export function unreadableToItsEnd(file: string, why: string): string {
  return `${file} cannot be read completely: ${why}`;
}

/** Logged by the search for clients of denied artifacts. @param gap one of the above */
export function notSearched(gap: string): string {
  return `part of the decision log could not be searched: ${gap}`;
}

function because(why: string | undefined): string {
  return why === undefined ? '' : `: ${why}`;
}
