import { openFeedCopy, writeFeedCopy } from '../../feed/feed-copy.js';
import { type FeedHead, readFeedHead } from '../../feed/feed-head.js';
import type { Synced } from '../../feed/feed-service.js';
import type { SyncSummary } from '../../feed/sync-feed.js';
import type { Every } from '../../runtime/change-watch.js';
import type { Timers } from '../../runtime/timers.js';
import { DamagedFeed, LargeFeed } from './feed-pieces.js';
import { type FeedShelf, MOST_AHEAD } from './feed-shelf.js';
import { type FeedTimes, type OfferedFeed, supersedes } from './offered-feed.js';

export interface SharedFeedSettings {
  /** The replica's own name. */
  readonly self: string;
  /** The feed's source, as in the settings. */
  readonly source: string;
  /** The feed's file on this machine. */
  readonly file: string;
  /** Approximate time between two syncs, in milliseconds. */
  readonly interval: number;
}

export interface SharedFeedParts {
  readonly shelf: FeedShelf;
  readonly every: Every;
  readonly timers: Pick<Timers, 'after'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A monotonic clock, in milliseconds. */
  readonly clock: () => number;
  /** Notifies the other replicas of a new feed. */
  readonly tell: () => void;
  /** The data in Redis are damaged, or this replica's feed cannot be stored there. */
  readonly onProblem: (error: DamagedFeed | LargeFeed) => void;
}

/** How this replica updates the file from the source. */
export interface OwnWay {
  readonly fetch: () => Promise<SyncSummary>;
  /** Whether the present file is readable; false if it never existed. */
  readonly isReadable: boolean;
}

/** The interval of lease renewals, in milliseconds: two of them may be lost. */
const RENEWAL = 2_000;
/**
 * The interval of checks for the result of another replica's sync, in milliseconds; that replica also announces the
 * end.
 */
const LOOK = 1_000;
/** The longest wait for another replica's sync, in milliseconds. */
const PATIENCE = 120_000;
/** A feed younger than this part of the interval need not be synced: replicas sync from 0.8 of it on. */
const RECENT = 0.75;

/**
 * One sync of the malware feed for all replicas: the holder of the lease queries the source and stores the result in
 * Redis, where the others read it. If Redis does not respond, the holder takes too long, or the stored data are not
 * from a replica, each replica queries the source itself. A feed is only replaced by a newer one.
 */
export class SharedFeed {
  readonly #settings: SharedFeedSettings;
  readonly #parts: SharedFeedParts;
  /** The newest feed that this replica has had, regardless of its present file. */
  #latest: FeedTimes | undefined;
  #wake = () => {};
  #sharing: Promise<void> = Promise.resolve();
  #giveBack: (() => Promise<void>) | undefined;

  constructor(settings: SharedFeedSettings, parts: SharedFeedParts) {
    this.#settings = settings;
    this.#parts = parts;
  }

  /** Updates the file. @throws the source's error, if it had to be queried */
  async sync(own: OwnWay): Promise<Synced> {
    await this.#sharing;
    const { clock, shelf } = this.#parts;
    const end = clock() + PATIENCE;
    try {
      while (clock() < end) {
        const found = await this.#find(own);
        if (found !== undefined) return found;
        const fence = await shelf.takeLease();
        if (fence !== undefined) return await this.#syncUnder(fence, own);
        await this.#pause();
      }
    } catch (error) {
      if (error instanceof SourceFailure) throw error.cause;
      // The connection to Redis reports it.
    }
    return own.fetch();
  }

  /**
   * Applies a feed that another replica has stored. @returns undefined if it is not newer, or Redis does not respond
   */
  async takeNewer(): Promise<Synced | undefined> {
    try {
      const own = await this.#ownHead();
      return await this.#takeOver(await this.#parts.shelf.offer(), own);
    } catch {
      return undefined;
    }
  }

  /** A replica has announced a new feed: a waiting sync checks at once. */
  wake(): void {
    this.#wake();
  }

  /** Resolves when the fetched feed is shared, or sharing has failed. */
  settled(): Promise<void> {
    return this.#sharing;
  }

  /** Lets another replica continue at once. */
  async close(): Promise<void> {
    this.#wake();
    await this.#giveBack?.();
  }

  /** @returns undefined if the source must be queried */
  async #find({ isReadable }: OwnWay): Promise<Synced | undefined> {
    const head = await this.#ownHead();
    const own = isReadable ? head : undefined;
    const offer = await this.#parts.shelf.offer();
    const taken = await this.#takeOver(offer, own);
    if (taken !== undefined) return taken;
    if (own === undefined || !this.#isRecent(own)) return undefined;
    // Redis has lost it, or another process of this machine has synced.
    if (supersedes(own, offer?.head)) await this.#shareOwn();
    return { how: 'recent', age: this.#ageOf(own) };
  }

  async #takeOver(
    offer: OfferedFeed | undefined,
    own: FeedHead | undefined,
  ): Promise<Synced | undefined> {
    if (offer === undefined || !this.#isRecent(offer.head) || !this.#isWanted(offer.head, own))
      return undefined;
    const { shelf, onProblem } = this.#parts;
    const { file, source } = this.#settings;
    try {
      await writeFeedCopy(file, source, offer.head, shelf.body(offer));
    } catch (error) {
      if (!(error instanceof DamagedFeed)) throw error;
      shelf.distrust(offer);
      onProblem(error);
      return undefined;
    }
    this.#latest = offer.head;
    return { how: 'taken', by: offer.by, age: this.#ageOf(offer.head) };
  }

  /** Newer than any feed that was here; if there is no file any longer, the same feed is accepted too. */
  #isWanted(offered: FeedTimes, own: FeedHead | undefined): boolean {
    const latest = this.#latest;
    return supersedes(offered, latest) || (own === undefined && isSame(offered, latest));
  }

  /** The head of the present file; undefined if it is from another source. */
  async #ownHead(): Promise<FeedHead | undefined> {
    const head = await readFeedHead(this.#settings.file);
    if (head === undefined || head.source !== this.#settings.source) return undefined;
    // Written while the clock was wrong.
    if (head.syncedAt > this.#parts.now() + MOST_AHEAD) return undefined;
    if (supersedes(head, this.#latest)) this.#latest = head;
    return head;
  }

  /** Queries the source under the lease; the result is shared in the background. */
  async #syncUnder(fence: number, own: OwnWay): Promise<Synced> {
    const giveBack = this.#hold(fence);
    try {
      // Another replica may have had the lease until now.
      const found = await this.#find(own);
      if (found === undefined) {
        const summary = await own.fetch().catch(failed);
        this.#sharing = this.#share(fence).then(giveBack);
        return summary;
      }
      await giveBack();
      return found;
    } catch (error) {
      await giveBack();
      throw error;
    }
  }

  /** Renews a lease until it is released; neither function rejects. */
  #hold(fence: number): () => Promise<void> {
    const { every, shelf } = this.#parts;
    const stop = every(RENEWAL, () => shelf.renewLease(fence).catch(() => {}));
    const giveBack = async () => {
      stop();
      this.#giveBack = undefined;
      await shelf.dropLease(fence).catch(() => {});
    };
    this.#giveBack = giveBack;
    return giveBack;
  }

  async #shareOwn(): Promise<void> {
    const fence = await this.#parts.shelf.takeLease();
    if (fence !== undefined) this.#sharing = this.#share(fence).then(this.#hold(fence));
  }

  /** Stores the file in Redis under a lease, and notifies the others. Never rejects. */
  async #share(fence: number): Promise<void> {
    const { file, self } = this.#settings;
    const copy = await openFeedCopy(file);
    if (copy === undefined) return;
    const { shelf, tell, onProblem } = this.#parts;
    try {
      if (await shelf.put(copy, self, fence)) tell();
    } catch (error) {
      // The connection reports all other errors.
      if (error instanceof LargeFeed) onProblem(error);
    } finally {
      await copy.close();
    }
  }

  #isRecent(head: FeedTimes): boolean {
    return this.#ageOf(head) < RECENT * this.#settings.interval;
  }

  #ageOf({ syncedAt }: FeedTimes): number {
    return Math.max(0, this.#parts.now() - syncedAt);
  }

  /** Until an announcement of a new feed, or for a short time. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#parts.timers.after(LOOK, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}

/** The source could not be read, which Redis cannot help with. */
class SourceFailure extends Error {}

function failed(cause: unknown): never {
  throw new SourceFailure('the source could not be read', { cause });
}

function isSame(one: FeedTimes, other: FeedTimes | undefined): boolean {
  return one.syncedAt === other?.syncedAt && one.modified === other.modified;
}
