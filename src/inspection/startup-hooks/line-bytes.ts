import { EXCERPT_BYTES, type Excerpt } from '../../domain/finding.js';

/** The number of bytes kept from the end of an overlong line, where a hidden call often ends. */
const TAIL = 128;

/** Both ends of the current line, of any length. */
export class LineBytes {
  readonly #head = Buffer.allocUnsafe(EXCERPT_BYTES);
  readonly #tail = Buffer.allocUnsafe(TAIL);
  #offset: number;
  #length = 0;

  /** @param offset start of the first line, in bytes */
  constructor(offset = 0) {
    this.#offset = offset;
  }

  /** Takes the next bytes of the line. */
  take(chunk: Buffer, start: number, end: number): void {
    const taken = end - start;
    if (taken === 0) return;
    if (this.#length < EXCERPT_BYTES) chunk.copy(this.#head, this.#length, start, end);
    if (taken < TAIL) this.#tail.copyWithin(0, taken);
    const last = Math.min(taken, TAIL);
    chunk.copy(this.#tail, TAIL - last, end - last, end);
    this.#length += taken;
  }

  /** The line has ended, with one byte behind it. */
  endLine(): void {
    this.#offset += this.#length + 1;
    this.#length = 0;
  }

  excerpt(line: number): Excerpt {
    const lineLength = this.#length;
    const truncated = lineLength > EXCERPT_BYTES;
    const head = this.#head.subarray(0, truncated ? EXCERPT_BYTES - TAIL : lineLength);
    const found = { base64: head.toString('base64'), offset: this.#offset, line, lineLength };
    return truncated
      ? { ...found, truncated, tail: this.#tail.toString('base64') }
      : { ...found, truncated };
  }
}
