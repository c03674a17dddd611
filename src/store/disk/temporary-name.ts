import { randomBytes, randomUUID } from 'node:crypto';

/**
 * This run of the process, in the names of files that are not whole yet. A process number would not do: it comes
 * again, and in another container it is another process.
 */
export const OWN_RUN = randomBytes(8).toString('hex');

/** A name that no other run, and no other call, makes. */
export function temporaryName(): string {
  return `${OWN_RUN}-${randomUUID()}`;
}

/** What is received, in the spool's folder; earlier versions put a process number first. */
const RECEIVED = /^([\da-f]+)-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
/** What is to be renamed, beside what it replaces; earlier versions named no run. */
const REPLACING = /^\.(?:([\da-f]+)-)?[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.tmp$/;

/** The run that has made a temporary file, '' for one of before there were runs; undefined for a file that is none. */
export function runOf(name: string, kind: 'received' | 'replacing'): string | undefined {
  const match = (kind === 'received' ? RECEIVED : REPLACING).exec(name);
  return match === null ? undefined : (match[1] ?? '');
}
