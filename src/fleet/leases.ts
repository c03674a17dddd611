import type { Sha256 } from '../domain/digest.js';
import type { FailureKind } from '../domain/failure.js';
import type { Inspection } from '../domain/finding.js';
import type { Hashes } from '../domain/hashes.js';
import type { Place } from '../store/bytes.js';

/** Bytes that have every digest that the index declares. */
export interface Arrived {
  readonly size: number;
  readonly sha256: Sha256;
  /** Those beside it. */
  readonly hashes: Hashes;
  /** Why they are refused all the same. */
  readonly doubt?: string | undefined;
}

/** What becomes of a fill, for those who wait for it elsewhere. */
export type FillNews =
  /**
   * Where the bytes are, and how many there will be, where that is known. What was told before is of others, unless
   * `transfer` is the same: then somebody goes on with them here.
   */
  | {
      readonly kind: 'begun';
      readonly place: Place;
      readonly total: number | undefined;
      readonly transfer: string;
      /** What the upstream calls them, where it gives a rest of them by that name. */
      readonly etag: string | undefined;
    }
  | { readonly kind: 'arrived'; readonly bytes: number }
  /** Complete, and inspected where its upstream is: everybody judges for themselves. */
  | ({ readonly kind: 'complete'; readonly inspection?: Inspection } & Arrived)
  | {
      readonly kind: 'failed';
      readonly failure: FailureKind;
      readonly message: string;
      /** How long to wait before asking again, in milliseconds, where somebody said so. */
      readonly retryAfter?: number | undefined;
    };

/** Another replica that is at a fill, as its lease names it. */
export interface Holder {
  /** Where its bytes are asked for; ends with a slash. */
  readonly url: string;
  /** It, in this run of its. */
  readonly owner: string;
  /** Counts up with each who takes the lease. */
  readonly fence: number;
}

/** How a replica that is at a fill was lost. */
export type Lost =
  /** It has ended the connection without a word about how, or does not know the fill. */
  | { readonly how: 'ended' }
  /** Nothing was heard of it for so many milliseconds. */
  | { readonly how: 'silent'; readonly since: number }
  /** It is there, and hardly sends anything, or not what it should. */
  | { readonly how: 'useless' };

/** A fill that another replica is at: this machine gets the bytes from there, as long as they come. */
export interface Distant {
  readonly holder: Holder;
  /**
   * The replica is lost for us.
   * @returns who is at it now; undefined where the rest is ours to get
   * @throws {Failure} overloaded where too much is got that way
   */
  lost(holder: Holder, lost: Lost): Promise<Holder | undefined>;
}

/** The fill is ours to do. */
export interface OurLease {
  readonly kind: 'ours';
  /** Undefined where nobody else is at it. */
  readonly distant?: Distant | undefined;
  /** Tells those who follow. */
  tell(news: FillNews): void;
  /** The fill is over, and the artifact in the store where it is kept. */
  release(): void;
  /** Whoever was at the fill is gone: it is nobody's now, and what was told of it counts for nothing. */
  abandon(): void;
}

/** The fill is under way elsewhere. */
export interface TheirLease {
  readonly kind: 'theirs';
  /**
   * Passes on what becomes of it, from its beginning. To be called once.
   * @returns `released` once it is over, `lost` where whoever did it is gone
   */
  follow(onNews: (news: FillNews) => void): Promise<'released' | 'lost'>;
}

export type Lease = OurLease | TheirLease;

/**
 * One fill of an artifact at a time, among all who share a cache. Leases are taken over leases: a worker asks its
 * machine's, which ask those above before they give any. They save work and decide nothing: where two hold the same
 * one, a transfer is made twice, and its bytes are checked and judged twice.
 */
export interface Leases {
  /** @param key what the fill is of: whoever asks for the same bytes under the same name asks with the same key */
  take(key: string): Promise<Lease>;
}
