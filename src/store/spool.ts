import type { BlobSource } from './blob-store.js';

/**
 * A file of this machine that grows as an artifact comes in: written once, by one fill, and read at the same time by
 * the clients that wait for it and by the inspector. A blob store may take it over.
 */
export interface SpoolFile extends BlobSource {
  readonly path: string;
  /** Bytes written so far; a reader may read up to here. */
  readonly size: number;
  /**
   * So many bytes are to come in all, as has turned out.
   * @throws {Failure} overloaded where there is no room for them
   */
  expect(size: number): Promise<void>;
  /**
   * Appends pieces, one call at a time; resolves once a reader can see them. Rejects with the file system's error
   * (ENOSPC, …).
   */
  append(pieces: readonly Uint8Array[]): Promise<void>;
  /** Resolves once the bytes are on the disk itself: what is renamed after this is whole after a power cut, too. */
  sync(): Promise<void>;
  /** A store has taken it over: nothing of it is left here. */
  moved(): void;
  /** Removes the file, unless a store has taken it over. Never rejects; calling it twice is harmless. */
  discard(): Promise<void>;
}

export interface Spool {
  /**
   * @param expected how many bytes are to come, where that is known
   * @throws {Failure} overloaded where there is no room
   */
  create(expected?: number): Promise<SpoolFile>;
}
