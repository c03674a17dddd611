import { SourceLost } from '../fleet/source-lost.js';
import type { ByteReader } from '../store/bytes.js';
import type { FileAnswer } from '../upstream/upstream.js';
import type { Transfer } from './fill.js';

/** What somebody had received of a file before he was gone. */
export interface LeftBytes extends Transfer {
  readonly reader: ByteReader;
  /** So many of them were told of. */
  readonly received: number;
  /** How many there were to be, where that is known. */
  readonly total: number | undefined;
}

const PIECE = 256 * 1024;

/** The same as an answer, whose body is lost where they end: the rest is to be had from somebody else. */
export function answerOf({ reader, total, etag }: LeftBytes): FileAnswer {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; ; ) {
      // Whoever writes them to another file may still have the piece before.
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
