import { constants } from 'node:fs';
import { access, open, readdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isSystemError } from '../../domain/failure.js';
import { READ_AT_ONCE } from '../../runtime/plain-file.js';
import { writeAtomically } from './atomic-file.js';

export { READ_AT_ONCE, readPlainFile } from '../../runtime/plain-file.js';

/** How a store on disk writes its files, and whom it tells what is wrong with one. */
export interface DiskFiles {
  /** Replaces a file, whole or not at all. */
  readonly write: (path: string, bytes: Uint8Array) => Promise<void>;
  /** A file or folder is there and cannot be read: what it tells counts as unknown. @param why a clause for people */
  readonly onUnreadable: (path: string, why: string) => void;
}

export const ANY_FILES: DiskFiles = { write: writeAtomically, onUnreadable: () => {} };

/** What is said of a file that is whole by itself, and not what it should be. */
export const NOT_OURS = 'its content was altered';

/** Of a file that stands in for another: reading it may be fine, and does not help. */
const IN_THE_WAY: ReadonlySet<string> = new Set(['EISDIR', 'EEXIST', 'ENOTEMPTY']);
/** A file is tried by so much of it, in bytes. */
const TRIED = 2 ** 20;

/**
 * Whether what the system refused works by now: to read a file or a folder, or to put one where there is none.
 * @param why it could not be used, as `reasonOf` says it: what is wrong with what is in a file does not pass by itself
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

/** `EACCES`, or a sentence where the system gives no code. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}

/** Of a file that was read and parsed in one: what the system says, or else it is what is in it. */
export function whyUnusable(error: unknown): string {
  return isSystemError(error) ? reasonOf(error) : NOT_OURS;
}
