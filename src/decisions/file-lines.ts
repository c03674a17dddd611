import type { FileHandle } from 'node:fs/promises';
import { unreadableToItsEnd } from '../messages/decisions.js';
import { GzipError, gunzipped } from './gunzip-parts.js';
import { codeOf, headOf, type OpenDecisionFile } from './open-file.js';
import { bytesOf, type Range } from './ranges.js';

/** The maximum length of our lines, in bytes. */
const MAX_LINE = 1024 * 1024;
/** A replacement that is no valid line, and counts as unreadable. */
const TOO_LONG = Buffer.from('…');
const NEWLINE = 0x0a;

/**
 * A file, or a separately readable part of it, in pieces that end with a line.
 * @param onGap receives each unreadable part, as a sentence
 */
export async function* wholeLines(
  file: OpenDecisionFile,
  onGap: (gap: string) => void,
  range: Range = { from: 0, to: file.size },
): AsyncGenerator<Buffer> {
  let carry: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of contents(file, onGap, range)) {
      const begun = carry.length === 0 ? 0 : chunk.indexOf(NEWLINE) + 1;
      if (begun > 0) yield Buffer.concat([carry, chunk.subarray(0, begun)]);
      const end = chunk.lastIndexOf(NEWLINE) + 1;
      if (end > begun) yield chunk.subarray(begun, end);
      // A copy, for the chunk is written over.
      if (end > 0) carry = Buffer.from(chunk.subarray(end));
      else if (carry !== TOO_LONG) carry = Buffer.concat([carry, chunk]);
      if (carry.length > MAX_LINE) carry = TOO_LONG;
    }
  } catch (error) {
    // Includes the line in which the error occurred.
    onGap(unreadableToItsEnd(file.name, codeOf(error)));
    return;
  }
  if (carry.length > 0) yield carry;
}

/** The lines of such a piece, without their ends. */
export function* linesIn(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline === -1 ? bytes.length : newline;
    if (end > at) yield bytes.subarray(at, end);
    at = end + 1;
  }
}

async function* contents(
  file: OpenDecisionFile,
  onGap: (gap: string) => void,
  range: Range,
): AsyncGenerator<Buffer> {
  if (file.compression === 'gz') yield* gunzipped(bytesOf(file.handle, range));
  else if (file.compression === undefined) yield* plainContents(file, onGap, range);
  else throw new GzipError(`only gzip is supported, not .${file.compression}`);
}

/** If a file is truncated while it is in use (`copytruncate`), the unread rest is lost. */
async function* plainContents(
  file: OpenDecisionFile,
  onGap: (gap: string) => void,
  range: Range,
): AsyncGenerator<Buffer> {
  let at = range.from;
  let last: number | undefined;
  for await (const chunk of bytesOf(file.handle, range)) {
    at += chunk.length;
    last = chunk.at(-1);
    yield chunk;
  }
  // It was being written when the file was opened.
  if (at === range.to && last !== NEWLINE) yield* restOfLine(file.handle, at);
  const head = (await headOf(file.handle)).subarray(0, file.head.length);
  if (at < range.to || !head.equals(file.head))
    onGap(`${file.name} was truncated while being read; retry`);
}

async function* restOfLine(handle: FileHandle, from: number): AsyncGenerator<Buffer> {
  for await (const chunk of bytesOf(handle, { from, to: Number.POSITIVE_INFINITY })) {
    const end = chunk.indexOf(NEWLINE) + 1;
    yield end > 0 ? chunk.subarray(0, end) : chunk;
    if (end > 0) return;
  }
}
