import type { Sha256 } from '../domain/digest.js';
import type { ByteReader } from './bytes.js';

/** An open blob: while it is open, it is not evicted. */
export interface Blob extends ByteReader {
  readonly size: number;
  /** The whole blob where it is at hand in memory (small and warm); no copy, do not write into it. */
  readonly bytes: Uint8Array | undefined;
  /**
   * Whether it has its digest still, where that is being looked at while it can be read already; undefined where it is
   * known to have. Who gives it away keeps the end back until then.
   */
  readonly whole?: Promise<boolean> | undefined;
}

/** A blob that is a file of this machine: for an inspector, or a front server's accel header. */
export interface LocalBlob extends Blob {
  readonly path: string;
}

export function isLocal(blob: Blob): blob is LocalBlob {
  return 'path' in blob;
}

/** Whole bytes, whose digest was checked. */
export interface BlobSource {
  readonly size: number;
  /** A reader of the caller's own. */
  open(): Promise<ByteReader>;
}

/** Artifacts and sidecars by their SHA-256. What is in it is whole and has that digest. */
export interface BlobStore {
  open(sha256: Sha256): Promise<Blob | undefined>;
  /** The same as a file of this machine, where there is one. */
  localCopy(sha256: Sha256): Promise<LocalBlob | undefined>;
  /**
   * Keeps bytes whose digest the caller has checked. A store that has a spool file's folder beside its own moves the
   * file. Resolves to false where there was no room: the source is as it was then.
   */
  put(sha256: Sha256, source: BlobSource): Promise<boolean>;
  /** Forgets a blob; readers that hold it finish. */
  delete(sha256: Sha256): Promise<void>;
}
