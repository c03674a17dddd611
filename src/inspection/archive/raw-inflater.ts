import { constants, InflateRaw } from 'minizlib';

/** A deflate stream that is damaged or truncated. */
export class DeflateError extends Error {}

/** Errors of zlib about the stream; all others (out of memory) are about zlib itself. */
const OF_THE_STREAM: ReadonlySet<unknown> = new Set(['Z_DATA_ERROR', 'Z_BUF_ERROR', 'Z_NEED_DICT']);

/**
 * The longest piece to inflate in one call, in bytes. Deflate compresses at most a thousandfold, so the output of a
 * piece stays near 32 MiB before the size check.
 */
export const LONGEST_PIECE = 32 * 1024;
/** `chunkSize` is passed on to zlib; the library's types omit it. */
const OPTIONS = { flush: constants.Z_NO_FLUSH, chunkSize: 128 * 1024 };

/**
 * Inflates a raw deflate stream (RFC 1951), piece by piece and in this thread: Node's own streams give each piece to
 * another thread, which costs more than inflating it. One inflater serves one stream after the other.
 */
export class RawInflater {
  readonly #stream = new InflateRaw(OPTIONS);
  #output: Buffer[] = [];
  #error: unknown;
  #consumed = 0;

  constructor() {
    this.#stream.on('data', (chunk) => this.#output.push(chunk));
    this.#stream.on('error', (error: unknown) => {
      this.#error = error;
    });
  }

  /** Bytes of the stream itself: fewer than were given once it has ended. */
  get consumed(): number {
    return this.#consumed;
  }

  /**
   * @param piece at most `LONGEST_PIECE` bytes; bytes after the stream's end are ignored
   * @returns the inflated bytes
   * @throws {DeflateError} this inflater is then unusable
   */
  write(piece: Buffer): readonly Buffer[] {
    return this.#run(() => this.#stream.write(piece));
  }

  /** No more will follow. @throws {DeflateError} where the stream has not ended */
  finish(): readonly Buffer[] {
    return this.#run(() => this.#stream.flush(constants.Z_FINISH));
  }

  /** Makes ready for another stream. */
  reset(): void {
    this.#stream.reset();
    this.#consumed = 0;
  }

  close(): void {
    this.#stream.close();
  }

  #run(step: () => void): readonly Buffer[] {
    this.#output = [];
    step();
    if (this.#error !== undefined) {
      const { code } = this.#error as NodeJS.ErrnoException;
      if (!OF_THE_STREAM.has(code)) throw this.#error;
      throw new DeflateError('the deflate stream is damaged or truncated', { cause: this.#error });
    }
    this.#consumed += this.#stream.handle?.bytesWritten ?? 0;
    return this.#output;
  }
}
