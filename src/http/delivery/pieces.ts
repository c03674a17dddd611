import type { ByteRange } from '../../artifacts/delivery-gate.js';
import type { FairShare } from '../../runtime/fair-share.js';
import type { Blob } from '../../store/blob-store.js';

/** Bytes that are sent piece by piece, in order. The source does not know the response. */
export interface Pieces {
  /** The total number. */
  readonly size: number;
  /**
   * The bytes of a body from `at` on, valid until the next call. Empty if `at` is its end. The last piece, or the empty
   * one, is returned only once the file is verified and allowed. Undefined if the missing bytes will not arrive.
   */
  next(at: number, body: ByteRange): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

export const NO_BYTES = new Uint8Array();

/** Maximum length of a piece, in bytes: for a piece in transit, the number of sent bytes is unknown. */
const LONGEST = 1024 * 1024;
/** The same if the connection copies its writes, as TLS does. */
const LONGEST_COPIED = 512 * 1024;

/** The pieces of a stored blob; the last one waits until the blob is known to be whole. */
export class BlobPieces implements Pieces {
  readonly #blob: Blob;
  readonly #departing: FairShare;
  readonly #longest: number;
  #leave: (() => void) | undefined;
  #buffer: Buffer | undefined;

  /**
   * @param departing bounds the bytes that are read from the disk and in transit to clients
   * @param isCopied whether the connection copies its writes, as TLS does
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

  /** One buffer for the whole response, until other responses reduce its share: no garbage to collect. */
  #room(bytes: number): Buffer {
    this.#leave ??= this.#departing.join();
    const share = Math.min(this.#departing.each, this.#longest);
    if (this.#buffer === undefined || this.#buffer.length > 2 * share)
      this.#buffer = Buffer.allocUnsafe(Math.min(share, bytes));
    return this.#buffer.subarray(0, bytes);
  }
}
