import { createHash, type Hash } from 'node:crypto';
import type { Sha256 } from '../../domain/digest.js';

/** Takes a member's content in order, in pieces. A piece is only valid during the call. */
export interface ContentSink {
  write(chunk: Buffer): void;
}

/** Hashes a content with SHA-256, and with one more algorithm where RECORD asks for it. */
export class Digests implements ContentSink {
  readonly #sha256: Hash = createHash('sha256');
  readonly #other: Hash | undefined;
  length = 0;

  constructor(other?: string) {
    this.#other = other === undefined || other === 'sha256' ? undefined : createHash(other);
  }

  write(chunk: Buffer): void {
    this.length += chunk.length;
    this.#sha256.update(chunk);
    this.#other?.update(chunk);
  }

  finish(): { readonly sha256: Buffer; readonly other: Buffer | undefined } {
    return { sha256: this.#sha256.digest(), other: this.#other?.digest() };
  }
}

/** Holds a content whole; `limit` bounds it, the caller checks the declared size first. */
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
