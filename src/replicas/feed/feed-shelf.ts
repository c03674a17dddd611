import { createHash, randomUUID } from 'node:crypto';
import type { FeedCopy } from '../../feed/feed-copy.js';
import { FEED_FORMAT } from '../../feed/feed-head.js';
import type { RedisLine } from '../../redis/redis-line.js';
import { Script } from '../../redis/script.js';
import { shortValue } from '../../redis/short-value.js';
import type { LeaseStore } from '../fills/lease-store.js';
import type { Seal } from '../seal.js';
import { bodyOf, type PieceStore, putPieces } from './feed-pieces.js';
import {
  LONGEST_OFFER,
  type OfferedFeed,
  readOffer,
  supersedes,
  writeOffer,
} from './offered-feed.js';

export interface FeedShelfParts {
  readonly line: Pick<RedisLine, 'ask' | 'key'>;
  readonly seal: Seal;
  /** Their keys start with the hash tag `feed:`. */
  readonly leases: LeaseStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The stored offer was not signed by a replica. */
  readonly onUnsigned: () => void;
}

/** The timeout in milliseconds; no client waits for it. */
const ANSWER = 2_000;
/** The timeout for all pieces together, in milliseconds. */
const PATIENCE = 120_000;
/** A feed from further in the future counts as absent, in milliseconds. */
export const MOST_AHEAD = 5_000;
/** How long replaced pieces are kept for readers in progress, in milliseconds. */
const READING = 60_000;
/** How long a stored feed is kept without another sync, in milliseconds. */
const LIFE = 14 * 24 * 3_600_000;

/** Stores an offer for the holder of the lease, if all its pieces exist. */
const OFFER = new Script(`
local held = redis.call('HMGET', KEYS[1], 'owner', 'fence')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] then return 0 end
for piece = 3, #KEYS do
  if redis.call('PEXPIRE', KEYS[piece], ARGV[4]) == 0 then return 0 end
end
redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4])
return 1`);

/**
 * One malware feed in Redis: a signed offer, and pieces that it describes by their digest. All keys are in one slot of
 * a cluster.
 */
export class FeedShelf {
  readonly #parts: FeedShelfParts;
  /** Differs for another source, or another format of the file. */
  readonly #name: string;
  /** The place of an offer whose pieces turned out to be damaged. */
  #damaged: string | undefined;

  /** @param source the feed's source, as in the settings */
  constructor(source: string, parts: FeedShelfParts) {
    this.#parts = parts;
    // A URL may contain a password.
    const digest = parts.seal.seal(['feed-source', source], Buffer.alloc(0)).toString('hex', 0, 8);
    this.#name = `v${FEED_FORMAT}-${digest}`;
  }

  /** @returns the lease's fence; undefined if another replica holds it */
  async takeLease(): Promise<number | undefined> {
    const { leases } = this.#parts;
    const { owner, fence } = await leases.take(this.#name);
    return owner === leases.owner ? fence : undefined;
  }

  async renewLease(fence: number): Promise<void> {
    await this.#parts.leases.renew(this.#name, fence);
  }

  async dropLease(fence: number): Promise<void> {
    await this.#parts.leases.drop(this.#name, fence);
  }

  /** @returns undefined if there is none that a replica has signed, or it is damaged, or from the future */
  async offer(): Promise<OfferedFeed | undefined> {
    const { line, seal, now, onUnsigned } = this.#parts;
    const key = this.#key('offer');
    const value = await line.ask((redis) => shortValue(redis, key, LONGEST_OFFER), ANSWER);
    const offer = value && readOffer(this.#name, value, seal);
    if (value !== undefined && offer === undefined) onUnsigned();
    if (offer === undefined || offer.place === this.#damaged) return undefined;
    return offer.head.syncedAt > now() + MOST_AHEAD ? undefined : offer;
  }

  /** @throws {DamagedFeed} before its end if it does not match the offer; or Redis's error */
  body(offer: OfferedFeed): AsyncIterable<Buffer> {
    return bodyOf(this.#pieces(), offer);
  }

  /** An offer that turned out to be damaged counts as absent. */
  distrust({ place }: OfferedFeed): void {
    this.#damaged = place;
  }

  /**
   * Stores a feed if it is newer than the stored one.
   * @returns whether it is stored; false if another replica has taken the lease
   * @throws {LargeFeed}; or Redis's error
   */
  async put({ head, body }: FeedCopy, by: string, fence: number): Promise<boolean> {
    const before = await this.offer();
    if (!supersedes(head, before?.head)) return false;
    const offer = { by, head, ...(await digestOf(body())) };
    // Usually only the time has changed.
    if (before?.sha256 === offer.sha256) {
      const { pieces, place } = before;
      if (await this.#putOffer({ ...offer, pieces, place }, fence)) return true;
    }
    const place = randomUUID();
    const pieces = await putPieces(this.#pieces(), place, body());
    const isThere = await this.#putOffer({ ...offer, pieces, place }, fence);
    if (isThere && before !== undefined) await this.#letGo(before);
    return isThere;
  }

  async #putOffer(offer: OfferedFeed, fence: number): Promise<boolean> {
    const { line, leases, seal } = this.#parts;
    const keys = [leases.keyOf(this.#name), this.#key('offer'), ...this.#keysOf(offer)];
    const args = [leases.owner, fence, writeOffer(this.#name, offer, seal), LIFE];
    return (await line.ask((redis) => OFFER.run(redis, keys, args), ANSWER)) === 1;
  }

  async #letGo(offer: OfferedFeed): Promise<void> {
    const keys = this.#keysOf(offer);
    await this.#parts.line.ask(
      (redis) => Promise.all(keys.map((key) => redis.pexpire(key, READING))),
      ANSWER,
    );
  }

  #keysOf({ place, pieces }: OfferedFeed): string[] {
    const { keyOf } = this.#pieces();
    return Array.from({ length: pieces }, (_, piece) => keyOf(place, piece));
  }

  #pieces(): PieceStore {
    return {
      line: this.#parts.line,
      keyOf: (place, piece) => this.#key(`${place}:${piece}`),
      signal: AbortSignal.timeout(PATIENCE),
    };
  }

  #key(name: string): string {
    return this.#parts.line.key(`{feed:${this.#name}}:${name}`);
  }
}

async function digestOf(body: AsyncIterable<unknown>) {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}
