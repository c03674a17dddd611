import { crc32 } from 'node:zlib';
import type { Sha256 } from '../../domain/digest.js';

/**
 * A blob's file is sealed by the fraction of its modification time: a checksum of its digest, its size and the full
 * second. Writing to the file, truncating it, or copying it without its times breaks the seal, so a file with an intact
 * seal need not be hashed again. There is no second file that could be lost or damaged, and `ls` still shows when the
 * blob arrived.
 * The checksum has steps of 4 microseconds, because a time is converted to a double: one change in 250,000 has the
 * right one by chance. A file system with coarser times breaks every seal, which only costs a check.
 */
const STEP = 4;
const SECOND = 1_000_000;

/** The used part of a file's `stat`. */
export interface FileState {
  readonly size: number;
  readonly mtimeMs: number;
}

/** The modification time that seals a blob, in seconds since 1970. @param now milliseconds since 1970 */
export function sealOf(sha256: Sha256, size: number, now: number): number {
  const second = Math.floor(now / 1_000);
  return asSeconds(second * SECOND + checkOf(sha256, size, second) * STEP);
}

export function isSealed(sha256: Sha256, { size, mtimeMs }: FileState): boolean {
  const time = stepOf(mtimeMs);
  const second = Math.floor(time / SECOND);
  return time - second * SECOND === checkOf(sha256, size, second) * STEP;
}

/** Changes if a file is written or replaced, as far as its times show it. */
export function stateOf({ ino, size, mtimeMs }: FileState & { readonly ino: number }): string {
  return `${ino} ${size} ${stepOf(mtimeMs)}`;
}

/** A file's modification time in a form that can be set again without loss, in seconds since 1970. */
export function unchanged(mtimeMs: number): number {
  return asSeconds(stepOf(mtimeMs));
}

function checkOf(sha256: Sha256, size: number, second: number): number {
  return crc32(`${sha256} ${size} ${second}`) % (SECOND / STEP);
}

/** In microseconds, at the start of its step. */
function stepOf(mtimeMs: number): number {
  return Math.floor((mtimeMs * 1_000) / STEP) * STEP;
}

/** The middle of a step, so rounding does not lead to another. */
function asSeconds(microseconds: number): number {
  return (microseconds + STEP / 2) / SECOND;
}
