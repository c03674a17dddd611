import type { ContentSink } from '../archive/content.js';

const SIGNATURE = Buffer.from('PK\x07\x08', 'latin1');

/**
 * Searches a content for a data descriptor's signature. For a streaming reader, a stored member with sizes after its
 * data ends at the first one.
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
