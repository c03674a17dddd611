import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file system's size, and the bytes that an ordinary user can still write, in bytes. */
export interface FileSystem {
  readonly size: number;
  readonly free: number;
}

/** The file system of a path. For a missing folder, that of its nearest parent. */
export async function fileSystemOf(path: string): Promise<FileSystem> {
  try {
    const { bavail, blocks, bsize } = await statfs(path);
    return { size: blocks * bsize, free: bavail * bsize };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    return fileSystemOf(dirname(path));
  }
}
