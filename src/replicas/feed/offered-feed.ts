import { z } from 'zod';
import type { Seal } from '../seal.js';

/** Maximum number of a feed's pieces in Redis, and their compressed size in bytes. */
export const MOST_PIECES = 128;
export const PIECE = 512 * 1024;
/** Maximum decompressed size, in bytes. */
const MOST_BYTES = 2 ** 30;
/** Maximum length of a value that is read, in bytes. */
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

/** A replica's offer of a feed in Redis. */
export type OfferedFeed = Readonly<z.output<typeof FORM>> & {
  /** The replica's name. */
  readonly by: string;
  /** SHA-256 and length of the feed's lines after its head, uncompressed. */
  readonly sha256: string;
  readonly bytes: number;
  /** The number of pieces, and the common part of their keys. */
  readonly pieces: number;
  readonly place: string;
};

/** @param name the name of the feed, because an offer is valid only for it */
export function writeOffer(name: string, offer: OfferedFeed, seal: Seal): Buffer {
  return seal.seal(['feed', name], Buffer.from(JSON.stringify(offer)));
}

/** @returns undefined if no replica has signed it for that feed, or it has another version */
export function readOffer(name: string, sealed: Uint8Array, seal: Seal): OfferedFeed | undefined {
  const bytes = seal.open(['feed', name], sealed);
  if (bytes === undefined) return undefined;
  const offer = FORM.safeParse(JSON.parse(bytes.toString('utf8')));
  return offer.success ? offer.data : undefined;
}

/** When a feed was last known to be current, and its newest change. */
export type FeedTimes = Pick<OfferedFeed['head'], 'syncedAt' | 'modified'>;

/**
 * Whether a feed may replace another. A later sync with an older newest change comes from a mirror that lags behind: it
 * could revoke a denial, and so could a replayed feed.
 */
export function supersedes(one: FeedTimes, other: FeedTimes | undefined): boolean {
  if (other === undefined) return true;
  return one.syncedAt > other.syncedAt && one.modified >= other.modified;
}
