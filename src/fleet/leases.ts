import type { Sha256 } from '../domain/digest.js';
import type { FailureKind } from '../domain/failure.js';
import type { Inspection } from '../domain/finding.js';
import type { Hashes } from '../domain/hashes.js';
import type { Place } from '../store/bytes.js';

/** Bytes that match every declared digest. */
export interface Arrived {
  readonly size: number;
  readonly sha256: Sha256;
  /** Further digests. */
  readonly hashes: Hashes;
  /** Why they are refused nevertheless. */
  readonly doubt?: string | undefined;
}

/** The progress of a fill, for waiting processes elsewhere. */
export type FillNews =
  /**
   * The place of the bytes, and their total number if known. Earlier news belong to other bytes, unless `transfer` is
   * the same: then the transfer is continued here.
   */
  | {
      readonly kind: 'begun';
      readonly place: Place;
      readonly total: number | undefined;
      readonly transfer: string;
      /** The upstream's ETag, if it supports ranges with it. */
      readonly etag: string | undefined;
    }
  | { readonly kind: 'arrived'; readonly bytes: number }
  /** Complete, and inspected if its upstream's files are: each process makes its own verdict. */
  | ({ readonly kind: 'complete'; readonly inspection?: Inspection } & Arrived)
  | {
      readonly kind: 'failed';
      readonly failure: FailureKind;
      readonly message: string;
      /** The requested wait before a retry, in milliseconds, if any. */
      readonly retryAfter?: number | undefined;
    };

/** Another replica with a fill, as its lease names it. */
export interface Holder {
  /** The URL for its bytes, with a trailing slash. */
  readonly url: string;
  /** Identifies the replica's run. */
  readonly owner: string;
  /** Incremented with each new holder of the lease. */
  readonly fence: number;
}

/** How a replica with a fill was lost. */
export type Lost =
  /** It closed the connection without a result, or does not know the fill. */
  | { readonly how: 'ended' }
  /** It sent no message for this long, in milliseconds. */
  | { readonly how: 'silent'; readonly since: number }
  /** It is reachable, but is too slow or sends invalid data. */
  | { readonly how: 'useless' };

/** A fill of another replica: this machine fetches the bytes from there while they arrive. */
export interface Distant {
  readonly holder: Holder;
  /**
   * Reports that the replica is lost.
   * @returns the present holder; undefined if the rest must be fetched here
   * @throws {Failure} overloaded if too many fills are fetched that way
   */
  lost(holder: Holder, lost: Lost): Promise<Holder | undefined>;
}

/** The fill is run here. */
export interface OurLease {
  readonly kind: 'ours';
  /** Undefined if no other replica has it. */
  readonly distant?: Distant | undefined;
  /** Notifies the followers. */
  tell(news: FillNews): void;
  /** The fill has ended, and an artifact to keep is in the store. */
  release(): void;
  /** The holder of the fill has ended: the fill is free again, and its news are void. */
  abandon(): void;
}

/** The fill is run elsewhere. */
export interface TheirLease {
  readonly kind: 'theirs';
  /**
   * Forwards the fill's news from its start. Call it once.
   * @returns `released` at the end, `lost` if the holder has ended
   */
  follow(onNews: (news: FillNews) => void): Promise<'released' | 'lost'>;
}

export type Lease = OurLease | TheirLease;

/**
 * One fill per artifact among all processes with a shared cache. Leases are nested: a worker requests one from its
 * machine, which requests one from the fleet before it grants any. They save work and decide nothing: if two processes
 * hold the same one, the transfer is made twice, and its bytes are verified and judged twice.
 */
export interface Leases {
  /** @param key the subject of the fill: requests for the same bytes with the same name have the same key */
  take(key: string): Promise<Lease>;
}
