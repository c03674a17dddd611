import { randomBytes, randomUUID } from 'node:crypto';

/**
 * Identifies this run of the process in the names of unfinished files. A process number would not do: it is reused, and
 * in another container it is another process.
 */
export const OWN_RUN = randomBytes(8).toString('hex');

/** A unique name across all runs and calls. */
export function temporaryName(): string {
  return `${OWN_RUN}-${randomUUID()}`;
}

/** Received files in the spool's folder; earlier versions put a process number first. */
const RECEIVED = /^([\da-f]+)-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
/** Files that will be renamed, next to their target; earlier versions named no run. */
const REPLACING = /^\.(?:([\da-f]+)-)?[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.tmp$/;

/** The run that created a temporary file, '' for a version without runs; undefined for any other file. */
export function runOf(name: string, kind: 'received' | 'replacing'): string | undefined {
  const match = (kind === 'received' ? RECEIVED : REPLACING).exec(name);
  return match === null ? undefined : (match[1] ?? '');
}
