import type { ContentSink } from '../archive/content.js';

/** An end record is 22 bytes, with a comment of at most 65,535 behind it. */
const TAIL = 22 + 65_535;
const SIGNATURE = Buffer.from('PK\x05\x06', 'latin1');

/** Whether a content ends as a zip archive does, under any name: Python's zipimport does not require a suffix. */
export class ZipTail implements ContentSink {
  #tail: Buffer = Buffer.alloc(0);

  write(chunk: Buffer): void {
    if (chunk.length >= TAIL) this.#tail = Buffer.from(chunk.subarray(chunk.length - TAIL));
    else this.#tail = Buffer.concat([this.#tail, chunk]).subarray(-TAIL);
  }

  isZip(): boolean {
    return this.#tail.includes(SIGNATURE);
  }
}
