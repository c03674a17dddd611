import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file system's size, and what an ordinary user may still write to it, in bytes. */
export interface FileSystem {
  readonly size: number;
  readonly free: number;
}

/** The file system of a path. A folder that is not there lies where it would be made. */
export async function fileSystemOf(path: string): Promise<FileSystem> {
  try {
    const { bavail, blocks, bsize } = await statfs(path);
    return { size: blocks * bsize, free: bavail * bsize };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    return fileSystemOf(dirname(path));
  }
}
