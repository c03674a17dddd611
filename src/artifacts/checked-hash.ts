import { createHash, type Hash } from 'node:crypto';
import type { Sha256 } from '../domain/digest.js';
import { Failure } from '../domain/failure.js';
import { type Algorithm, checked, type Hashes } from '../domain/hashes.js';
import type { Blob } from '../store/blob-store.js';
import { piecesOf } from '../store/read-bytes.js';

/** Verifies bytes against the digests that an index declares, and computes their SHA-256. */
export class CheckedHash {
  readonly #declared: readonly (readonly [Algorithm, string])[];
  readonly #sha256 = createHash('sha256');
  readonly #others: readonly (readonly [Algorithm, Hash])[];

  constructor(declared: Hashes) {
    this.#declared = checked(declared);
    this.#others = this.#declared.flatMap(([algorithm]) =>
      algorithm === 'sha256' ? [] : [[algorithm, createHash(algorithm)] as const],
    );
  }

  /** Whether a supported digest is declared. */
  get knows(): boolean {
    return this.#declared.length > 0;
  }

  update(bytes: Uint8Array): void {
    this.#sha256.update(bytes);
    for (const [, hash] of this.#others) hash.update(bytes);
  }

  /**
   * @returns the SHA-256, and the declared digests
   * @throws {Failure} upstream-broken if a digest differs
   */
  finish(): { readonly sha256: Sha256; readonly hashes: Hashes } {
    const sha256 = this.#sha256.digest('hex') as Sha256;
    const hashes: Hashes = Object.fromEntries(
      this.#others.map(([algorithm, hash]) => [algorithm, hash.digest('hex')]),
    );
    for (const [algorithm, digest] of this.#declared) {
      const found = algorithm === 'sha256' ? sha256 : hashes[algorithm];
      if (found !== digest)
        throw new Failure(
          'upstream-broken',
          `The upstream sent bytes with ${algorithm} ${found}, but the index declares ${digest}.`,
        );
    }
    return { sha256, hashes };
  }
}

/** The same for a stored blob. @throws also if it returns fewer bytes than its size */
export async function hashBlob(blob: Blob, declared: Hashes) {
  const hash = new CheckedHash(declared);
  for await (const piece of piecesOf(blob, blob.size)) hash.update(piece);
  return hash.finish();
}
