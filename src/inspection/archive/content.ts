import { createHash, type Hash, hash } from 'node:crypto';
import type { Sha256 } from '../../domain/digest.js';

/** Takes a member's content in order, in pieces. A piece is only valid during the call. */
export interface ContentSink {
  write(chunk: Buffer): void;
  /** Used instead of `write` if the complete content is available without extra work. */
  writeWhole?(content: Buffer): void;
}

/** Hashes a content with SHA-256, and with one more algorithm where RECORD asks for it. */
export class Digests implements ContentSink {
  readonly #algorithm: string | undefined;
  #sha256: Hash | undefined;
  #other: Hash | undefined;
  #whole: { readonly sha256: Buffer; readonly other: Buffer | undefined } | undefined;
  length = 0;

  constructor(other?: string) {
    this.#algorithm = other === 'sha256' ? undefined : other;
  }

  /**
   * A complete content in one piece, instead of `write`: creating a hash object takes longer than hashing a short
   * content.
   */
  writeWhole(content: Buffer): void {
    this.length = content.length;
    const algorithm = this.#algorithm;
    this.#whole = {
      sha256: hash('sha256', content, 'buffer'),
      other: algorithm === undefined ? undefined : hash(algorithm, content, 'buffer'),
    };
  }

  write(chunk: Buffer): void {
    this.length += chunk.length;
    this.#begin().update(chunk);
    this.#other?.update(chunk);
  }

  finish(): { readonly sha256: Buffer; readonly other: Buffer | undefined } {
    return this.#whole ?? { sha256: this.#begin().digest(), other: this.#other?.digest() };
  }

  #begin(): Hash {
    if (this.#sha256 === undefined) {
      this.#sha256 = createHash('sha256');
      if (this.#algorithm !== undefined) this.#other = createHash(this.#algorithm);
    }
    return this.#sha256;
  }
}

/** Holds a complete content, up to `limit`; the caller checks the declared size first. */
export class Held implements ContentSink {
  readonly #chunks: Buffer[] = [];

  write(chunk: Buffer): void {
    this.#chunks.push(Buffer.from(chunk));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

export function hexSha256(digest: Buffer): Sha256 {
  return digest.toString('hex') as Sha256;
}
