import type { Sha256 } from '../domain/digest.js';
import type { SpoolFile } from './spool.js';

/** An open blob: while it is open, it is not evicted. */
export interface Blob {
  readonly size: number;
  /**
   * Reads from `start` on into a buffer of the caller's.
   * @returns how many bytes; 0 at the end
   */
  read(into: Buffer, start: number): Promise<number>;
  /** The whole blob where it is at hand in memory (small and warm); no copy, do not write into it. */
  readonly bytes: Uint8Array | undefined;
  /** The file on disk, where there is one: for an inspector, or a front server's accel header. */
  readonly path: string | undefined;
  /** Gives it back. Calling it twice is harmless. */
  close(): Promise<void>;
}

/** Artifacts and sidecars by their SHA-256. What is in it is whole and has that digest. */
export interface BlobStore {
  open(sha256: Sha256): Promise<Blob | undefined>;
  has(sha256: Sha256): Promise<boolean>;
  /**
   * Takes over a complete spool file whose digest the caller has checked. Resolves to false where there was
   * no room to keep it: the spool file is then the caller's still, to serve from and to discard.
   */
  adopt(sha256: Sha256, spool: SpoolFile): Promise<boolean>;
  /** Forgets a blob; readers that hold it finish. */
  delete(sha256: Sha256): Promise<void>;
}
