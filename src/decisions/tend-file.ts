import { open, readFile, stat, unlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { moveFile } from '../runtime/move-file.js';
import { buildIndex } from './build-index.js';
import { compressFile } from './compress-file.js';
import { type FileIndex, INDEX, readIndex, writeIndex } from './file-index.js';
import { identityOf } from './log-disk.js';
import { type OpenDecisionFile, openFile } from './open-file.js';
import { partsOfPlain } from './parts.js';

export interface Tending {
  /** The path of the rotated file, before compression. */
  readonly path: string;
  /** Whether to compress it: the compressed file is complete before the original is deleted. */
  readonly compress: boolean;
  /** Compressed at a time, in bytes. */
  readonly member?: number;
}

/**
 * Compresses a rotated file, and writes its index. A crash at any time leaves the file, or its compressed form,
 * complete; an index is complete or absent.
 * @throws if it cannot be read, or not be written
 */
export async function tendFile({ path, compress, member }: Tending): Promise<void> {
  const isPlain = await stat(path).then(
    () => true,
    () => false,
  );
  if (!isPlain) return indexFile(`${path}.gz`, 'gz', buildAgain);
  if (!compress) return indexFile(path, undefined, buildPlain);
  const before = await identityAt(path);
  const parts = await compressFile(path, member);
  // Reads it to its end: a file that cannot be inflated must not replace the original.
  await indexFile(`${path}.gz`, 'gz', (file) => buildIndex(file, parts));
  if ((await identityAt(path)) !== before) throw new Error(`${basename(path)} is being written to`);
  await unlink(path);
  await unlink(path + INDEX).catch(() => {});
}

async function buildPlain(file: OpenDecisionFile): Promise<FileIndex | undefined> {
  return buildIndex(file, await partsOfPlain(file.handle, file.size));
}

/** For a compressed file with an invalidated index, as after a change of its owner. */
async function buildAgain(file: OpenDecisionFile): Promise<FileIndex | undefined> {
  const before = await readFile(file.path + INDEX).then(readIndex, () => undefined);
  const index = before && (await buildIndex(file, before.parts));
  // Its parts are unchanged if each can be read separately, and none begins within a line.
  return index?.unreadable === 0 ? index : buildIndex(file, [0]);
}

async function indexFile(
  path: string,
  compression: 'gz' | undefined,
  build: (file: OpenDecisionFile) => Promise<FileIndex | undefined>,
): Promise<void> {
  const named = { name: basename(path), path, current: false, rotated: true, compression };
  const file = await openFile(named);
  try {
    const index = await build(file);
    if (index === undefined) throw new Error(`${file.name} cannot be read completely`);
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
  await moveFile(partial, path);
}
