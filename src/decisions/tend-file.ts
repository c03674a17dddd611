import { open, rename, stat, unlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { buildIndex } from './build-index.js';
import { compressFile } from './compress-file.js';
import { INDEX, writeIndex } from './file-index.js';
import { identityOf } from './log-disk.js';
import { openFile } from './open-file.js';
import { partsOfPlain } from './parts.js';

export interface Tending {
  /** Where the file was put aside, and lies unless it is compressed. */
  readonly path: string;
  /** Whether it is to be compressed: what becomes of it is whole before it goes. */
  readonly compress: boolean;
  /** Compressed at a time, in bytes. */
  readonly member?: number;
}

/**
 * Compresses a file that was put aside, and writes its index. A crash at any moment leaves the file, or what became of
 * it, whole; an index is there as a whole, or not at all.
 * @throws where it cannot be read, or not be written
 */
export async function tendFile({ path, compress, member }: Tending): Promise<void> {
  const isPlain = await stat(path).then(
    () => true,
    () => false,
  );
  if (!isPlain) return indexFile(`${path}.gz`, [0]);
  if (!compress) return indexFile(path);
  const before = await identityAt(path);
  const parts = await compressFile(path, member);
  // Reads it to its end: what cannot be inflated again does not take the place of the file.
  await indexFile(`${path}.gz`, parts);
  if ((await identityAt(path)) !== before) throw new Error(`${basename(path)} is being written to`);
  await unlink(path);
  await unlink(path + INDEX).catch(() => {});
}

/** @param parts where its parts begin; where its lines allow it, if nothing is given and it is not compressed */
async function indexFile(path: string, parts?: readonly number[]): Promise<void> {
  const compression = parts === undefined ? undefined : 'gz';
  const named = { name: basename(path), path, current: false, rotated: true, compression };
  const file = await openFile(named);
  try {
    const begun = parts ?? (await partsOfPlain(file.handle, file.size));
    const index = await buildIndex(file, begun);
    if (index === undefined) throw new Error(`${file.name} cannot be read to its end`);
    if ((await identityAt(path)) !== index.of) throw new Error(`${file.name} is being written to`);
    await replace(path + INDEX, writeIndex(index));
  } finally {
    await file.handle.close();
  }
}

async function identityAt(path: string): Promise<string> {
  return identityOf(await stat(path, { bigint: true }));
}

/** Writes a file, whole or not at all. One process has a log, and so one at a time writes here. */
async function replace(path: string, bytes: Buffer): Promise<void> {
  const partial = `${path}.part`;
  const file = await open(partial, 'w', 0o640);
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(partial, path);
}
