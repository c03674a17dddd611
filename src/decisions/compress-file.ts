import { type FileHandle, open, unlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { moveFile } from '../runtime/move-file.js';
import { nextPart } from './parts.js';
import { bytesOf } from './ranges.js';

const compressed = promisify(gzip);
/** Compressed at a time, in bytes: as well as all at once, within 1 %. */
export const MEMBER = 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * Writes `<file>.gz` next to a file, atomically: a gzip file of many members (RFC 1952), which every reader treats as
 * one, in parts that can be inflated separately. The original file is kept.
 * @param member compressed at a time, in bytes
 * @returns the start of each part, in bytes of the compressed file
 */
export async function compressFile(path: string, member = MEMBER): Promise<number[]> {
  const partial = `${path}.gz.part`;
  const source = await open(path, 'r');
  try {
    const target = await open(partial, 'w', 0o640);
    let parts: number[];
    try {
      parts = await compressInto(target, source, member);
      // The file it is of may be removed then.
      await target.datasync();
    } finally {
      await target.close();
    }
    await moveFile(partial, `${path}.gz`);
    return parts;
  } catch (error) {
    await unlink(partial).catch(() => {});
    throw error;
  } finally {
    await source.close();
  }
}

async function compressInto(
  target: FileHandle,
  source: FileHandle,
  member: number,
): Promise<number[]> {
  const { size } = await source.stat();
  const parts = [0];
  let [read, written] = [0, 0];
  const write = async (bytes: Buffer): Promise<void> => {
    if (bytes.length === 0) return;
    const packed = await compressed(bytes);
    await target.appendFile(packed);
    written += packed.length;
  };
  for await (const chunk of bytesOf(source, { from: 0, to: size }, member)) {
    const due = nextPart(parts.length, size, member) - read;
    const newline = chunk.indexOf(NEWLINE, Math.max(0, due));
    const end = newline === -1 ? chunk.length : newline + 1;
    read += chunk.length;
    await write(chunk.subarray(0, end));
    if (newline !== -1 && read - chunk.length + end < size) parts.push(written);
    await write(chunk.subarray(end));
  }
  return parts;
}
