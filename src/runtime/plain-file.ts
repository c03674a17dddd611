import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Opening a pipe for reading would otherwise wait for a writer. */
export const READ_AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** @throws if it is missing, unreadable, or not a regular file */
export async function readPlainFile(path: string): Promise<Buffer> {
  const file = await open(path, READ_AT_ONCE);
  try {
    if (!(await file.stat()).isFile()) throw new Error('not a regular file');
    return await file.readFile();
  } finally {
    await file.close();
  }
}
