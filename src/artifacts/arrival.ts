import type { Inspectable } from '../inspection/inspector.js';
import type { BlobSource } from '../store/blob-store.js';
import type { GrowingBytes } from '../store/bytes.js';

/** Takes the pieces of an artifact as they come. Whoever made it calls `stop` in the end. */
export interface ArrivalWriter {
  /** Undefined where the next piece may follow at once. Rejects with a `Failure`, of this piece or an earlier. */
  write(piece: Uint8Array): Promise<void> | undefined;
  /** Resolves once all can be read. Rejects with a `Failure`. */
  end(): Promise<void>;
  /** Resolves once nothing is written any more, whatever became of it. */
  stop(): Promise<void>;
}

/** Where one artifact comes in: a file of the spool, or memory. */
export interface Arrival {
  /** For those who wait for it. */
  readonly bytes: GrowingBytes;
  /** Once it is complete: for the inspector, and for the store. */
  readonly at: Inspectable;
  readonly source: BlobSource;
  /**
   * So many bytes are to come in all, as has turned out.
   * @throws {Failure} overloaded where there is no room for them
   */
  expect(size: number): Promise<void>;
  /** @param onWritten told how many bytes can be read */
  writer(onWritten: (readable: number) => void): ArrivalWriter;
  /** Gives it up, unless a store has taken it over. Never rejects; calling it twice is harmless. */
  discard(): Promise<void>;
}
