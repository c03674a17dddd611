import { createHash, type Hash } from 'node:crypto';
import type { Sha256 } from '../domain/digest.js';
import { Failure } from '../domain/failure.js';
import { type Algorithm, checked, type Hashes } from '../domain/hashes.js';
import type { Blob } from '../store/blob-store.js';
import { piecesOf } from '../store/read-bytes.js';

/** Holds bytes against the digests that an index declares for them, and finds their sha256. */
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

  /** Whether anything is declared that bytes can be held against. */
  get knows(): boolean {
    return this.#declared.length > 0;
  }

  update(bytes: Uint8Array): void {
    this.#sha256.update(bytes);
    for (const [, hash] of this.#others) hash.update(bytes);
  }

  /**
   * @returns the sha256, and beside it the digests that were declared
   * @throws {Failure} upstream-broken where one of them is another
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

/** The same of a stored blob. @throws also where it gives fewer bytes than it has */
export async function hashBlob(blob: Blob, declared: Hashes) {
  const hash = new CheckedHash(declared);
  for await (const piece of piecesOf(blob, blob.size)) hash.update(piece);
  return hash.finish();
}
