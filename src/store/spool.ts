import type { FileHandle } from 'node:fs/promises';

/**
 * A file that grows as an artifact comes in: written once, by one fill, and read at the same time by the
 * clients that wait for it and by the inspector. It is nobody's blob until a blob store adopts it.
 */
export interface SpoolFile {
  readonly path: string;
  /** Bytes written so far; a reader may read up to here. */
  readonly size: number;
  /**
   * Appends pieces, one call at a time; resolves once a reader can see them. Rejects with the file system's error
   * (ENOSPC, …).
   */
  append(pieces: readonly Uint8Array[]): Promise<void>;
  /** A handle of the caller's own: it outlives `discard` and adoption, and the caller closes it. */
  open(): Promise<FileHandle>;
  /** Resolves once the bytes are on the disk itself: what is renamed after this is whole after a power cut, too. */
  settle(): Promise<void>;
  /** Removes the file, unless a store has adopted it. Never rejects; calling it twice is harmless. */
  discard(): Promise<void>;
}

export interface Spool {
  /** @param expected how many bytes are to come, where that is known */
  create(expected?: number): Promise<SpoolFile>;
}
