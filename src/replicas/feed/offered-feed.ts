import { z } from 'zod';
import type { Seal } from '../seal.js';

/** A feed is in Redis in so many pieces at most, of so many bytes each, compressed. */
export const MOST_PIECES = 128;
export const PIECE = 512 * 1024;
/** More than this does not come out of them, in bytes. */
const MOST_BYTES = 2 ** 30;
/** A longer value is not read, in bytes. */
export const LONGEST_OFFER = 4_096;

const COUNT = z.number().int().nonnegative();
const FORM = z.object({
  by: z.string().max(100),
  head: z.object({
    syncedAt: z.number(),
    modified: z.string().max(100),
    lines: COUNT,
    revision: z.string().max(100),
    fixes: z.string().max(100),
  }),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: COUNT.max(MOST_BYTES),
  pieces: COUNT.max(MOST_PIECES),
  place: z.string().max(100),
});

/** What a replica says of the feed that it has put into Redis. */
export type OfferedFeed = Readonly<z.output<typeof FORM>> & {
  /** The replica's name. */
  readonly by: string;
  /** SHA-256 and length of the feed's lines below its head, uncompressed. */
  readonly sha256: string;
  readonly bytes: number;
  /** How many pieces it lies in, and what their keys have in common. */
  readonly pieces: number;
  readonly place: string;
};

/** @param name of the feed: an offer holds for no other */
export function writeOffer(name: string, offer: OfferedFeed, seal: Seal): Buffer {
  return seal.seal(['feed', name], Buffer.from(JSON.stringify(offer)));
}

/** @returns undefined where no replica has written it for that feed, or one of another version */
export function readOffer(name: string, sealed: Uint8Array, seal: Seal): OfferedFeed | undefined {
  const bytes = seal.open(['feed', name], sealed);
  if (bytes === undefined) return undefined;
  const offer = FORM.safeParse(JSON.parse(bytes.toString('utf8')));
  return offer.success ? offer.data : undefined;
}

/** When a feed was last known to be current, and the newest change that is in it. */
export type FeedTimes = Pick<OfferedFeed['head'], 'syncedAt' | 'modified'>;

/**
 * Whether a feed may take the place of another. A later sync whose newest change is older comes from a mirror that lags
 * behind: it could take a denial back, as a feed that somebody puts back could.
 */
export function supersedes(one: FeedTimes, other: FeedTimes | undefined): boolean {
  if (other === undefined) return true;
  return one.syncedAt > other.syncedAt && one.modified >= other.modified;
}
