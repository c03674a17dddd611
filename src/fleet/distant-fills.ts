import { Failure } from '../domain/failure.js';
import type { SharedBytes } from '../store/shared-blobs.js';
import type { FillNews, Holder } from './leases.js';

/** The received bytes of a fill with their transfer; undefined if no other replica could know the transfer. */
export interface HadOfFill {
  readonly bytes: number;
  readonly transfer: string | undefined;
}

/** The bytes of another replica's fill, as they arrive there. */
export interface DistantBytes {
  /** The total size, if it is known there. */
  readonly size: number | undefined;
  /** The offset of the body's first byte: 0 if the received bytes may differ. */
  readonly from: number;
  readonly transfer: string;
  /** The upstream's ETag, if it supports ranges with it. */
  readonly etag: string | undefined;
  /** Fails with a `SourceLost` if it is interrupted, or with a `DistantFailure`. */
  readonly body: SharedBytes['body'];
  /** The result, once the body has ended. Its inspection equals one by this replica. */
  readonly complete: Extract<FillNews, { kind: 'complete' }> | undefined;
}

/** The failure of a fill at the replica that ran it. */
export class DistantFailure extends Failure {}

/** Fetches the bytes of other replicas' fills. They are untrusted, so the receiver verifies the bytes. */
export interface DistantFills {
  /**
   * Resolves when the first bytes arrive there.
   * @param leastRate the minimum rate in bytes per second; a slower replica is lost
   * @throws {SourceLost} if it is unavailable there @throws {DistantFailure}
   */
  open(
    holder: Holder,
    key: string,
    had: HadOfFill,
    leastRate: number,
    signal: AbortSignal,
  ): Promise<DistantBytes>;
}
