import { statfs } from 'node:fs/promises';

/** Bytes that an ordinary user may still write on the file system of `path`. */
export async function fileSystemFree(path: string): Promise<number> {
  const info = await statfs(path);
  return info.bavail * info.bsize;
}
