import type { FileHandle } from 'node:fs/promises';
import type { OpenDecisionFile } from './open-file.js';
import type { Range } from './ranges.js';

/** The maximum number of parts of a file: each key has one bit per part. */
export const MAX_PARTS = 32;
/** A part is no smaller, in bytes: less is read in no time. */
const LEAST = 1024 * 1024;
/** Of a plain file without an index so much is read by itself, in bytes. */
const SLICE = 16 * LEAST;
const NEWLINE = 0x0a;
const STEP = 64 * 1024;

/**
 * The read position at which the next part begins, with the next line.
 * @param begun parts that have begun, @param size of the file, @param least of a part, in bytes
 */
export function nextPart(begun: number, size: number, least = LEAST): number {
  return begun * Math.max(least, Math.ceil(size / MAX_PARTS));
}

/** Where the parts of a file that is not compressed begin. */
export async function partsOfPlain(handle: FileHandle, size: number): Promise<number[]> {
  const parts = [0];
  for (;;) {
    const due = nextPart(parts.length, size);
    // The next part may begin after a line that is as long as a part.
    const at = due < size ? await lineFrom(handle, Math.max(due, parts.at(-1)!), size) : size;
    if (at >= size) return parts;
    parts.push(at);
  }
}

/** Start of the first line after a position. */
async function lineFrom(handle: FileHandle, from: number, size: number): Promise<number> {
  const buffer = Buffer.allocUnsafe(STEP);
  for (let at = from; at < size; ) {
    const { bytesRead } = await handle.read(buffer, 0, STEP, at);
    const newline = buffer.subarray(0, bytesRead).indexOf(NEWLINE);
    if (newline !== -1) return at + newline + 1;
    if (bytesRead === 0) return size;
    at += bytesRead;
  }
  return size;
}

/**
 * The separately readable parts of a file, from its end to its beginning: the parts of its index, slices of a plain
 * file, or the whole file if it is compressed and has no index.
 */
export async function* rangesBack(
  { handle, size, compression }: Pick<OpenDecisionFile, 'handle' | 'size' | 'compression'>,
  indexed: { readonly parts: readonly number[]; readonly wanted: number } | undefined,
): AsyncGenerator<Range> {
  if (indexed !== undefined) {
    for (const part of indexed.parts.keys())
      yield* rangesOf(
        indexed.parts,
        indexed.wanted & (1 << (indexed.parts.length - 1 - part)),
        size,
      );
  } else if (compression !== undefined) yield { from: 0, to: size };
  else {
    let to = size;
    for (let slice = Math.ceil(size / SLICE) - 1; slice >= 0; slice -= 1) {
      const from = slice === 0 ? 0 : await lineFrom(handle, slice * SLICE - 1, size);
      if (from < to) yield { from, to };
      to = Math.min(to, from);
    }
  }
}

/** The parts that are asked for as ranges; neighbours are one. @param wanted a bit each, @param size of the file */
export function rangesOf(parts: readonly number[], wanted: number, size: number): Range[] {
  const ranges: Range[] = [];
  for (const [part, from] of parts.entries()) {
    if ((wanted & (1 << part)) === 0) continue;
    const to = parts[part + 1] ?? size;
    const last = ranges.at(-1);
    if (last?.to === from) ranges[ranges.length - 1] = { from: last.from, to };
    else ranges.push({ from, to });
  }
  return ranges;
}
