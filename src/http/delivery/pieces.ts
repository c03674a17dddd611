import type { ByteRange } from '../../artifacts/delivery-gate.js';
import type { FairShare } from '../../runtime/fair-share.js';
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

/** No piece is longer, in bytes: how much of one has left nobody can tell. */
const LONGEST = 1024 * 1024;
/** The same where the connection copies what is written to it, as TLS does. */
const LONGEST_COPIED = 512 * 1024;

/** The pieces of a stored blob; the last one waits until the blob is known to be whole. */
export class BlobPieces implements Pieces {
  readonly #blob: Blob;
  readonly #departing: FairShare;
  readonly #longest: number;
  #leave: (() => void) | undefined;
  #buffer: Buffer | undefined;

  /**
   * @param departing bounds what is read from the disk and on its way to clients
   * @param isCopied whether the connection copies what is written to it, as TLS does
   */
  constructor(blob: Blob, departing: FairShare, isCopied: boolean) {
    this.#blob = blob;
    this.#departing = departing;
    this.#longest = isCopied ? LONGEST_COPIED : LONGEST;
  }

  get size(): number {
    return this.#blob.size;
  }

  async next(at: number, { end }: ByteRange): Promise<Uint8Array | undefined> {
    const { bytes, whole } = this.#blob;
    if (bytes !== undefined) return bytes.subarray(at, Math.min(end, at + this.#longest));
    const read = at < end ? await this.#blob.read(this.#room(end - at), at) : 0;
    if (whole !== undefined && at + read >= end && !(await whole)) return undefined;
    return read === 0 && at < end ? undefined : (this.#buffer?.subarray(0, read) ?? NO_BYTES);
  }

  close(): Promise<void> {
    this.#leave?.();
    return this.#blob.close();
  }

  /** One for the whole response, as long as nobody else wants a part of it: nothing is left to collect. */
  #room(bytes: number): Buffer {
    this.#leave ??= this.#departing.join();
    const share = Math.min(this.#departing.each, this.#longest);
    if (this.#buffer === undefined || this.#buffer.length > 2 * share)
      this.#buffer = Buffer.allocUnsafe(Math.min(share, bytes));
    return this.#buffer.subarray(0, bytes);
  }
}
