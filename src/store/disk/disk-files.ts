import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { writeAtomically } from './atomic-file.js';

/** How a store on disk writes its files, and whom it tells what is wrong with one. */
export interface DiskFiles {
  /** Replaces a file, whole or not at all. */
  readonly write: (path: string, bytes: Uint8Array) => Promise<void>;
  /** A file or folder is there and cannot be read: what it tells counts as unknown. @param why a clause for people */
  readonly onUnreadable: (path: string, why: string) => void;
}

export const ANY_FILES: DiskFiles = { write: writeAtomically, onUnreadable: () => {} };

/** Opening a pipe for reading would wait for a writer. */
export const READ_AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** What is said of a file that is whole by itself, and not what it should be. */
export const NOT_OURS = 'it is not what was written there';

/** @throws where it is not there, cannot be read, or is no plain file */
export async function readPlainFile(path: string): Promise<Buffer> {
  const file = await open(path, READ_AT_ONCE);
  try {
    if (!(await file.stat()).isFile()) throw new Error('it is no plain file');
    return await file.readFile();
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
