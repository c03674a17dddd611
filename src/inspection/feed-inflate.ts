import { createInflateRaw, type InflateRaw } from 'node:zlib';
import type { ByteSource } from './byte-source.js';

const CHUNK = 256 * 1024;

/**
 * Unpacks a raw deflate stream that begins at `start`, piece by piece and at the reader's pace. Whoever reads it
 * to the end finds in `bytesWritten` how many packed bytes the stream really had.
 * @param end where the packed bytes end at the latest
 */
export function inflateFrom(source: ByteSource, start: number, end: number): InflateRaw {
  const inflate = createInflateRaw({ chunkSize: CHUNK });
  let at = start;
  const feed = (): void => {
    while (!inflate.destroyed && !inflate.writableEnded) {
      if (at >= end) return void inflate.end();
      const chunk = source.read(at, Math.min(CHUNK, end - at));
      at += chunk.length;
      if (!inflate.write(chunk)) return void inflate.once('drain', feed);
    }
  };
  // Not at once: the reader must be there before the first error can be.
  setImmediate(feed);
  return inflate;
}
