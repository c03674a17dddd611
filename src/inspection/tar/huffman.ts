import { Malformed } from '../archive/malformed.js';
import type { BitReader } from './bit-reader.js';

const MAX_BITS = 20;

/** A canonical Huffman code as in bzip2: codes of 1 to 20 bits, shorter ones first. */
export class HuffmanCode {
  /** For each length, the first code beyond it, and the start of its symbols. */
  readonly #limit = new Int32Array(MAX_BITS + 1);
  readonly #base = new Int32Array(MAX_BITS + 1);
  readonly #symbols: Uint16Array;

  /** @param lengths the code's length in bits for each symbol */
  constructor(lengths: Uint8Array) {
    this.#symbols = new Uint16Array(lengths.length);
    let code = 0;
    let index = 0;
    for (let length = 1; length <= MAX_BITS; length++) {
      this.#base[length] = index - code;
      for (let symbol = 0; symbol < lengths.length; symbol++)
        if (lengths[symbol] === length) {
          this.#symbols[index++] = symbol;
          code++;
        }
      this.#limit[length] = code;
      code <<= 1;
    }
  }

  /** @throws {Malformed} for invalid code bits */
  read(bits: BitReader): number {
    let code = 0;
    for (let length = 1; length <= MAX_BITS; length++) {
      code = (code << 1) | bits.read(1);
      if (code < this.#limit[length]!) {
        const symbol = this.#symbols[code + this.#base[length]!];
        if (symbol !== undefined) return symbol;
      }
    }
    throw new Malformed('invalid code bits');
  }
}
