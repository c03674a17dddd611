import type { Sha256 } from '../domain/digest.js';
import type { GrowingBytes } from './bytes.js';

/** Bytes as a shared store sends them: said to have a digest, and not checked. */
export interface SharedBytes {
  /** As announced. */
  readonly size: number;
  /** To be read to its end, or destroyed. Ends by an error where it hardly comes. */
  readonly body: AsyncIterable<Uint8Array> & { destroy(): void };
  /** They are what was asked for. */
  confirm(): void;
}

/** What bytes that come in are to become, as far as that is known. */
export interface Expected {
  readonly sha256: Sha256 | undefined;
  /** In bytes. */
  readonly size: number | undefined;
}

/** Bytes that are being put, while they still come in. */
export interface SharedPut {
  /** So many of them can be read by now. */
  advance(readable: number): void;
  /**
   * They are whole, have that digest, and may go out: from here on others find them. Returns at once; what is still to be
   * sent is sent in the background.
   */
  commit(sha256: Sha256, size: number): void;
  /** Leaves nothing of them behind. Calling it after `commit` does nothing. */
  abandon(): void;
}

/**
 * Whole artifacts that several machines have in common: slower than a disk, larger than all of theirs, and trusted with
 * nothing. Who reads checks the digest, and does without where it does not answer as it should. What is in it was
 * inspected and allowed by somebody; whoever takes it judges for himself.
 */
export interface SharedBlobs {
  /** @returns undefined where it has none, or does not answer; rejects only where `signal` says so */
  fetch(sha256: Sha256, signal: AbortSignal): Promise<SharedBytes | undefined>;
  /** What it sent was not what was asked for: it is not asked for that again for some time. */
  distrust(sha256: Sha256): void;
  /**
   * Begins to put what is coming in.
   * @param bytes they may lie elsewhere once this has resolved
   * @returns undefined where it does not take them just now
   */
  begin(bytes: GrowingBytes, expected: Expected): Promise<SharedPut | undefined>;
  /** Lets what is under way come to its end for a short while, and leaves the rest. Never rejects. */
  close(): Promise<void>;
}
