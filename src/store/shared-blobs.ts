import type { Sha256 } from '../domain/digest.js';
import type { GrowingBytes } from './bytes.js';

/** Bytes from a shared store: with a claimed digest that is not verified. */
export interface SharedBytes {
  /** As announced. */
  readonly size: number;
  /** Read it to the end, or destroy it. Fails if it is too slow. */
  readonly body: AsyncIterable<Uint8Array> & { destroy(): void };
  /** Reports that the digest matches. */
  confirm(): void;
}

/** The known properties of incoming bytes. */
export interface Expected {
  readonly sha256: Sha256 | undefined;
  /** In bytes. */
  readonly size: number | undefined;
}

/** An upload of bytes that are still arriving. */
export interface SharedPut {
  /** Announces the number of readable bytes. */
  advance(readable: number): void;
  /**
   * The bytes are complete, have that digest, and are allowed: others can find them from now on. Returns immediately;
   * the remaining bytes are sent in the background.
   */
  commit(sha256: Sha256, size: number): void;
  /** Removes the upload. No effect after `commit`. */
  abandon(): void;
}

/**
 * Complete artifacts that several machines share: slower than a disk, larger than all of theirs, and untrusted. A
 * reader verifies the digest, and continues without the store if its response is invalid. Its content was inspected and
 * allowed by another machine, but each reader makes its own verdict.
 */
export interface SharedBlobs {
  /** @returns undefined if it lacks the blob, or does not respond; rejects only because of `signal` */
  fetch(sha256: Sha256, signal: AbortSignal): Promise<SharedBytes | undefined>;
  /** The received bytes did not match, so this blob is not requested again for some time. */
  distrust(sha256: Sha256): void;
  /**
   * Starts an upload of incoming bytes.
   * @param bytes they may have moved when this resolves
   * @returns undefined if the store accepts no uploads at present
   */
  begin(bytes: GrowingBytes, expected: Expected): Promise<SharedPut | undefined>;
  /** Lets pending uploads finish for a short time, then aborts the rest. Never rejects. */
  close(): Promise<void>;
}
