import type { ContentSink } from '../archive/content.js';

const SIGNATURE = Buffer.from('PK\x07\x08', 'latin1');

/**
 * Looks for a data descriptor's signature in a content. A stored member whose sizes come behind its data ends, to who
 * reads the archive as a stream, where the first one stands.
 */
export class DescriptorScan implements ContentSink {
  #end = Buffer.alloc(0);
  found = false;

  write(chunk: Buffer): void {
    if (this.found) return;
    const seam = Buffer.concat([this.#end, chunk.subarray(0, SIGNATURE.length - 1)]);
    this.found = seam.includes(SIGNATURE) || chunk.includes(SIGNATURE);
    const kept = chunk.length < SIGNATURE.length ? Buffer.concat([this.#end, chunk]) : chunk;
    this.#end = Buffer.from(kept.subarray(1 - SIGNATURE.length));
  }
}
