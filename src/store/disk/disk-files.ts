import { constants } from 'node:fs';
import { access, open, readdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isSystemError } from '../../domain/failure.js';
import { READ_AT_ONCE } from '../../runtime/plain-file.js';
import { writeAtomically } from './atomic-file.js';

export { READ_AT_ONCE, readPlainFile } from '../../runtime/plain-file.js';

/** How a store on disk writes its files, and where it reports unusable ones. */
export interface DiskFiles {
  /** Replaces a file atomically. */
  readonly write: (path: string, bytes: Uint8Array) => Promise<void>;
  /** An existing file or folder is unreadable, so its content counts as unknown. @param why a clause for display */
  readonly onUnreadable: (path: string, why: string) => void;
}

export const ANY_FILES: DiskFiles = { write: writeAtomically, onUnreadable: () => {} };

/** The reason for a file that is complete, but does not match its name. */
export const NOT_OURS = 'its content was altered';

/** Errors of a file or folder in place of the expected one: that it can be read does not help. */
const IN_THE_WAY: ReadonlySet<string> = new Set(['EISDIR', 'EEXIST', 'ENOTEMPTY']);
/** The number of bytes that a test reads from a file, in bytes. */
const TRIED = 2 ** 20;

/**
 * Whether an operation that the system refused now works: reading a file or a folder, or creating a missing one.
 * @param why the reason, from `reasonOf`: invalid content does not recover by itself
 */
export async function canBeUsed(path: string, why: string): Promise<boolean> {
  if (why.includes(' ') || IN_THE_WAY.has(why)) return false;
  try {
    if ((await stat(path)).isDirectory()) {
      await access(path, constants.W_OK);
      await readdir(path);
    } else await readBeginning(path);
    return true;
  } catch (error) {
    if (!isMissing(error)) return false;
    return access(dirname(path), constants.W_OK).then(() => true, isMissing);
  }
}

async function readBeginning(path: string): Promise<void> {
  const file = await open(path, READ_AT_ONCE);
  try {
    await file.read(Buffer.alloc(TRIED), 0, TRIED, 0);
  } finally {
    await file.close();
  }
}

export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

/** `EACCES`, or a sentence if the error has no code. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}

/** For a file that was read and parsed in one step: the system's error, or else invalid content. */
export function whyUnusable(error: unknown): string {
  return isSystemError(error) ? reasonOf(error) : NOT_OURS;
}
