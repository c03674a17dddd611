import type { Sha256 } from '../domain/digest.js';
import type { FailureKind } from '../domain/failure.js';
import type { Inspection } from '../domain/finding.js';
import type { Hashes } from '../domain/hashes.js';

/** Bytes that have every digest that the index declares. */
export interface Arrived {
  readonly size: number;
  readonly sha256: Sha256;
  /** Those beside it. */
  readonly hashes: Hashes;
  /** Why they are refused all the same. */
  readonly doubt?: string | undefined;
}

/** What becomes of a fill, for those who wait for it in another process. */
export type FillNews =
  /** Where the bytes are, and how many there will be, where that is known. */
  | { readonly kind: 'begun'; readonly path: string; readonly total: number | undefined }
  | { readonly kind: 'arrived'; readonly bytes: number }
  /** Complete, and inspected where its upstream is: everybody judges for themselves. */
  | ({ readonly kind: 'complete'; readonly inspection?: Inspection } & Arrived)
  | { readonly kind: 'failed'; readonly failure: FailureKind; readonly message: string };

/** A fill may be ours to do, or be under way elsewhere. */
export type FillLease =
  | {
      readonly kind: 'ours';
      /** Tells those who follow. */
      tell(news: FillNews): void;
      /** The fill is over, and the artifact in the store where it is kept. */
      release(): void;
    }
  | {
      readonly kind: 'theirs';
      /**
       * Passes on what becomes of it, from its beginning.
       * @returns `released` once it is over, `lost` where whoever did it is gone
       */
      follow(onNews: (news: FillNews) => void): Promise<'released' | 'lost'>;
    };

/** One fill of an artifact at a time, however many processes share the cache. */
export interface FillLeases {
  take(key: string): Promise<FillLease>;
}

/** For a process that has its cache to itself: what it begins is its own. */
export const OWN_FILLS: FillLeases = {
  take: async () => ({ kind: 'ours', tell() {}, release() {} }),
};
