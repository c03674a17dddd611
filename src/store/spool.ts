import type { BlobSource } from './blob-store.js';

/**
 * A local file that grows while an artifact arrives: written once, by one fill, and read concurrently by waiting
 * clients and the inspector. It can be moved to a blob store.
 */
export interface SpoolFile extends BlobSource {
  readonly path: string;
  /** The number of readable bytes. */
  readonly size: number;
  /** Announces the total size once it is known. @throws {Failure} overloaded if there is no room for it */
  expect(size: number): Promise<void>;
  /**
   * Appends pieces, one call at a time; resolves when readers can see them. Rejects with the file system's error
   * (ENOSPC, …).
   */
  append(pieces: readonly Uint8Array[]): Promise<void>;
  /** Resolves when the bytes are on the disk: a file that is renamed afterwards survives a power failure. */
  sync(): Promise<void>;
  /** A store has moved the file away. */
  moved(): void;
  /** Removes the file, unless a store has moved it. Never rejects; a second call has no effect. */
  discard(): Promise<void>;
}

export interface Spool {
  /** @param expected the size in bytes, if known @throws {Failure} overloaded if there is no room */
  create(expected?: number): Promise<SpoolFile>;
}
