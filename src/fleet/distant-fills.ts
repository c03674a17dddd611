import { Failure } from '../domain/failure.js';
import type { SharedBytes } from '../store/shared-blobs.js';
import type { FillNews, Holder } from './leases.js';

/** What of a fill is here already, and which transfer it is of; undefined where nobody there would know. */
export interface HadOfFill {
  readonly bytes: number;
  readonly transfer: string | undefined;
}

/** The bytes of a fill that another replica is at, as they come in there. */
export interface DistantBytes {
  /** In all, as far as is known there. */
  readonly size: number | undefined;
  /** The byte that the body begins with: 0 where what is had may be of others. */
  readonly from: number;
  readonly transfer: string;
  /** What the upstream calls them, where it gives a rest of them by that name. */
  readonly etag: string | undefined;
  /** Ends by a `SourceLost` where they do not come to their end, or by a `DistantFailure`. */
  readonly body: SharedBytes['body'];
  /** What was found of them, once the body has ended. An inspection is one that this replica would have made. */
  readonly complete: Extract<FillNews, { kind: 'complete' }> | undefined;
}

/** What a fill came to at the replica that was at it. */
export class DistantFailure extends Failure {}

/** Gets the bytes of fills that other replicas are at. They are trusted with nothing: whoever gets them checks them. */
export interface DistantFills {
  /**
   * Resolves once bytes begin to come in there.
   * @param leastRate by which one is too slow, in bytes a second
   * @throws {SourceLost} where it cannot be had there @throws {DistantFailure}
   */
  open(
    holder: Holder,
    key: string,
    had: HadOfFill,
    leastRate: number,
    signal: AbortSignal,
  ): Promise<DistantBytes>;
}
