import type { ByteRange } from '../../artifacts/delivery-gate.js';
import type { Blob } from '../../store/blob-store.js';

/** Bytes that leave piece by piece, in order. Whoever gives them knows nothing of the response that they go into. */
export interface Pieces {
  /** How many there are in all; undefined as long as nobody knows. */
  readonly size: number | undefined;
  /**
   * The bytes of a body from `at` on; they are good until the next call. None at all where `at` is its end. The last of
   * them, or that there are none, comes only once the file is known to be the one that is meant, and may go out.
   * Undefined where what is missing will not come.
   */
  next(at: number, body: ByteRange): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

export const NO_BYTES = new Uint8Array();

const CHUNK = 128 * 1024;

/** From memory there is nothing to be read: fewer writes. A client that reads nothing over TLS holds it encrypted, too. */
const MEMORY_CHUNK = 512 * 1024;

/** The pieces of a stored blob; the last one waits until the blob is known to be whole. */
export class BlobPieces implements Pieces {
  readonly #blob: Blob;
  #buffer: Buffer | undefined;

  constructor(blob: Blob) {
    this.#blob = blob;
  }

  get size(): number {
    return this.#blob.size;
  }

  async next(at: number, { end }: ByteRange): Promise<Uint8Array | undefined> {
    const { bytes, whole } = this.#blob;
    if (bytes !== undefined) return bytes.subarray(at, Math.min(end, at + MEMORY_CHUNK));
    // One for the whole response: what a slow client holds is bounded, and nothing is left to collect.
    this.#buffer ??= Buffer.allocUnsafe(Math.min(CHUNK, end - at));
    const read = at < end ? await this.#blob.read(this.#buffer.subarray(0, end - at), at) : 0;
    if (whole !== undefined && at + read >= end && !(await whole)) return undefined;
    return read === 0 && at < end ? undefined : this.#buffer.subarray(0, read);
  }

  close(): Promise<void> {
    return this.#blob.close();
  }
}
