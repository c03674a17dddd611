import { SourceLost } from '../fleet/source-lost.js';
import type { ByteReader } from '../store/bytes.js';
import type { FileAnswer } from '../upstream/upstream.js';
import type { Transfer } from './fill.js';

/** The bytes of a file that a process received before it stopped. */
export interface LeftBytes extends Transfer {
  readonly reader: ByteReader;
  /** The number of announced bytes. */
  readonly received: number;
  /** The total number, if known. */
  readonly total: number | undefined;
}

const PIECE = 256 * 1024;

/** The same as a response that is interrupted at their end: the rest comes from another source. */
export function answerOf({ reader, total, etag }: LeftBytes): FileAnswer {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; ; ) {
      // A new buffer per piece, because the previous piece may still be written to another file.
      const piece = Buffer.allocUnsafe(PIECE);
      const read = await reader.read(piece, at);
      if (read === 0) throw new SourceLost();
      at += read;
      yield piece.subarray(0, read);
    }
  }
  const body = { [Symbol.asyncIterator]: pieces, destroy() {} };
  return { size: total, from: 0, etag, body };
}
