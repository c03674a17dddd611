import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, readdir, readFile, stat } from 'node:fs/promises';

/** All disk access of a search: in tests, a rotation may occur between any two calls. */
export interface LogDisk {
  readdir(folder: string): Promise<string[]>;
  stat(path: string): Promise<BigIntStats>;
  readFile(path: string): Promise<Buffer>;
  open(path: string): Promise<FileHandle>;
}

export const LOG_DISK: LogDisk = {
  readdir: (folder) => readdir(folder),
  stat: (path) => stat(path, { bigint: true }),
  readFile: (path) => readFile(path),
  open: (path) => open(path, 'r'),
};

/**
 * Distinguishes a file from any other, and from its own earlier states: its inode, its size and its times. The inode's
 * change time (`ctime`) cannot be set by programs.
 */
export function identityOf({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}
