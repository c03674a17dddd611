import type { Inspectable } from '../inspection/inspector.js';
import type { BlobSource } from '../store/blob-store.js';
import type { GrowingBytes } from '../store/bytes.js';

/** Receives the pieces of an artifact as they arrive. Its creator calls `stop` at the end. */
export interface ArrivalWriter {
  /** Undefined if the next piece may follow immediately. Rejects with a `Failure` of this piece or an earlier one. */
  write(piece: Uint8Array): Promise<void> | undefined;
  /** Resolves once all can be read. Rejects with a `Failure`. */
  end(): Promise<void>;
  /** Resolves when all writes have ended, even after a failure. */
  stop(): Promise<void>;
}

/** The destination of an incoming artifact: a file of the spool, or memory. */
export interface Arrival {
  /** For waiting readers. */
  readonly bytes: GrowingBytes;
  /** Once it is complete: for the inspector, and for the store. */
  readonly at: Inspectable;
  readonly source: BlobSource;
  /**
   * Announces the total size once it is known.
   * @throws {Failure} overloaded if there is no room for it
   */
  expect(size: number): Promise<void>;
  /** @param onWritten receives the number of readable bytes */
  writer(onWritten: (readable: number) => void): ArrivalWriter;
  /** Gives it up, unless a store has taken it over. Never rejects; calling it twice is harmless. */
  discard(): Promise<void>;
}
