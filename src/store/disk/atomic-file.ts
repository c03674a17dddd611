import { mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryName } from './temporary-name.js';

/**
 * Writes a file so that a reader, and a crash at any instant, finds the old one or the new one, whole.
 * The folder is made where it is missing. Readers of it pass over names that begin with a dot.
 */
export async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${temporaryName()}.tmp`);
  const file = await open(temporary, 'wx', 0o640).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    await mkdir(dirname(path), { recursive: true });
    return open(temporary, 'wx', 0o640);
  });
  try {
    try {
      await file.writeFile(bytes);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
}
