import { type FileHandle, mkdir, open, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { moveFile } from '../../runtime/move-file.js';
import { temporaryName } from './temporary-name.js';

/**
 * Writes a file atomically: a reader finds the old or the new content, complete, even after a crash at any time.
 * Creates the folder if it is missing. Readers of the folder ignore names with a leading dot.
 */
export function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  return replace(path, bytes, (file) => file.datasync());
}

/** The same for a file of another owner: its permissions are kept; a new file gets the default ones. */
export async function replaceAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const before = await stat(path).catch(() => undefined);
  await replace(path, bytes, async (file) => {
    if (before === undefined) await file.chmod(0o666 & ~process.umask());
    else {
      await file.chmod(before.mode & 0o7777);
      // Only root can set the owner, and an own file does not need it.
      await file.chown(before.uid, before.gid).catch(() => {});
    }
    await file.datasync();
  });
}

/**
 * The same, but a power failure may leave an empty or incomplete file: for content that detects this itself, and can be
 * recreated. Syncing takes longer than all other steps for a small file.
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
