import { crc32 } from 'node:zlib';
import type { Sha256 } from '../../domain/digest.js';

/**
 * A blob's file is sealed by the fraction of its modification time: a check of its digest, its size and the second that
 * the time is in. Whoever writes to the file, cuts it off or copies it without its times breaks the seal, so a file
 * whose seal holds need not be hashed again. Nothing lies beside the file that could be lost or go wrong by itself, and
 * `ls` still shows when the blob came.
 *
 * The check has steps of 4 microseconds, for a time goes through a double on its way: one alteration in 250,000 would
 * by chance bear the right one. A file system with coarser times breaks every seal, and only costs a look.
 */
const STEP = 4;
const SECOND = 1_000_000;

/** What a file's `stat` says. */
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

/** Another text where a file was written to or replaced, as far as its times tell. */
export function stateOf({ ino, size, mtimeMs }: FileState & { readonly ino: number }): string {
  return `${ino} ${size} ${stepOf(mtimeMs)}`;
}

/** A file's modification time, to be set again without wearing it down, in seconds since 1970. */
export function unchanged(mtimeMs: number): number {
  return asSeconds(stepOf(mtimeMs));
}

function checkOf(sha256: Sha256, size: number, second: number): number {
  return crc32(`${sha256} ${size} ${second}`) % (SECOND / STEP);
}

/** In microseconds, at the beginning of its step. */
function stepOf(mtimeMs: number): number {
  return Math.floor((mtimeMs * 1_000) / STEP) * STEP;
}

/** The middle of a step: what a conversion loses leads to no other. */
function asSeconds(microseconds: number): number {
  return (microseconds + STEP / 2) / SECOND;
}
