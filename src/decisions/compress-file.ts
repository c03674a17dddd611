import { createReadStream, createWriteStream } from 'node:fs';
import { rename, unlink } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/**
 * Replaces a file by `<file>.gz`. At every moment one of the two is whole: a crash in between leaves the plain
 * one, perhaps with the other beside it.
 */
export async function compressFile(path: string): Promise<void> {
  const partial = `${path}.gz.part`;
  try {
    await pipeline(
      createReadStream(path),
      createGzip(),
      createWriteStream(partial, { mode: 0o640 }),
    );
    await rename(partial, `${path}.gz`);
    await unlink(path);
  } catch (error) {
    await unlink(partial).catch(() => {});
    throw error;
  }
}
