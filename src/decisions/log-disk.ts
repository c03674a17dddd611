import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, readdir, readFile, stat } from 'node:fs/promises';

/** All that a search asks of the disk: in tests, a rotation may come between any two questions. */
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
 * What tells a file from any other, and from itself before it was written to: its node, its size and its times. The
 * time of the last change of the node (`ctime`) cannot be set by anybody.
 */
export function identityOf({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}
