import type { Sha256 } from '../domain/digest.js';
import type { ByteReader } from './bytes.js';

/** An open blob, which is not evicted until it is closed. */
export interface Blob extends ByteReader {
  readonly size: number;
  /** The complete blob, if it is in memory (small and warm). Not a copy, so do not modify it. */
  readonly bytes: Uint8Array | undefined;
  /**
   * Resolves to whether the digest still matches, if that is checked while the blob is already readable; undefined if
   * it was checked before. Whoever sends it must hold its end back until then.
   */
  readonly whole?: Promise<boolean> | undefined;
}

/** A blob that is a local file: for an inspector, or a front server's accel header. */
export interface LocalBlob extends Blob {
  readonly path: string;
}

export function isLocal(blob: Blob): blob is LocalBlob {
  return 'path' in blob;
}

/** Complete bytes with a verified digest. */
export interface BlobSource {
  readonly size: number;
  /** A separate reader for the caller. */
  open(): Promise<ByteReader>;
}

/** Artifacts and sidecars by their SHA-256. Its content is complete and matches the digest. */
export interface BlobStore {
  open(sha256: Sha256): Promise<Blob | undefined>;
  /** The same as a local file, if there is one. */
  localCopy(sha256: Sha256): Promise<LocalBlob | undefined>;
  /**
   * Stores bytes whose digest the caller has verified. A store with its spool's folder next to it moves the file.
   * Resolves to false if there was no room: the source is then unchanged.
   */
  put(sha256: Sha256, source: BlobSource): Promise<boolean>;
  /** Deletes a blob; open readers can finish. */
  delete(sha256: Sha256): Promise<void>;
}
