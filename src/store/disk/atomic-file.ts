import { type FileHandle, mkdir, open, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { moveFile } from '../../runtime/move-file.js';
import { temporaryName } from './temporary-name.js';

/**
 * Writes a file so that a reader, and a crash at any instant, finds the old one or the new one, whole.
 * The folder is made where it is missing. Readers of it pass over names that begin with a dot.
 */
export function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  return replace(path, bytes, (file) => file.datasync());
}

/** The same for a file of somebody else's: its permissions stay; a new one gets the usual ones. */
export async function replaceAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const before = await stat(path).catch(() => undefined);
  await replace(path, bytes, async (file) => {
    if (before === undefined) await file.chmod(0o666 & ~process.umask());
    else {
      await file.chmod(before.mode & 0o7777);
      // Whose it is can be said by root alone, and need not be where it is one's own.
      await file.chown(before.uid, before.gid).catch(() => {});
    }
    await file.datasync();
  });
}

/**
 * The same, but that a loss of power may leave a file that is empty or torn: for what shows that by itself, and can be had
 * again. Waiting for the disk takes longer than all else that is done for a small file.
 */
export function writeQuickly(path: string, bytes: Uint8Array): Promise<void> {
  return replace(path, bytes, async () => {});
}

async function replace(
  path: string,
  bytes: Uint8Array,
  settle: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const temporary = join(dirname(path), `.${temporaryName()}.tmp`);
  const file = await open(temporary, 'wx', 0o640).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    await mkdir(dirname(path), { recursive: true });
    return open(temporary, 'wx', 0o640);
  });
  try {
    try {
      await file.writeFile(bytes);
      await settle(file);
    } finally {
      await file.close();
    }
    await moveFile(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
}
