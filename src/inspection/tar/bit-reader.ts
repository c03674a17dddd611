import { Malformed } from '../archive/malformed.js';
import type { ByteSource } from '../byte-source.js';

const CHUNK = 64 * 1024;

/** Reads bits from the front, the highest of each byte first. */
export class BitReader {
  readonly #source: ByteSource;
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;
  /** The next byte of the source that is not yet in `#chunk`. */
  #next = 0;
  #bits = 0;
  #count = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** @param count 1 to 24. @throws {Malformed} at the end of the source */
  read(count: number): number {
    while (this.#count < count) {
      if (this.#at === this.#chunk.length) this.#fill();
      this.#bits = ((this.#bits << 8) | this.#chunk[this.#at++]!) & 0xffffffff;
      this.#count += 8;
    }
    this.#count -= count;
    return (this.#bits >>> this.#count) & ((1 << count) - 1);
  }

  /** The position of the first byte without a read bit. */
  get position(): number {
    return this.#next - (this.#chunk.length - this.#at) - (this.#count >> 3);
  }

  #fill(): void {
    const length = Math.min(CHUNK, this.#source.size - this.#next);
    if (length === 0) throw new Malformed('the end of the file');
    this.#chunk = this.#source.read(this.#next, length);
    this.#next += length;
    this.#at = 0;
  }
}
