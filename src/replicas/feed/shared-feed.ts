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
  /** Where the feed comes from, as the settings name it. */
  readonly source: string;
  /** The feed's file on this machine. */
  readonly file: string;
  /** Milliseconds between two syncs, about. */
  readonly interval: number;
}

export interface SharedFeedParts {
  readonly shelf: FeedShelf;
  readonly every: Every;
  readonly timers: Pick<Timers, 'after'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A clock that never goes back, in milliseconds. */
  readonly clock: () => number;
  /** Tells the other replicas that there is something new. */
  readonly tell: () => void;
  /** What lies in Redis is damaged, or the own feed cannot be put there. */
  readonly onProblem: (error: DamagedFeed | LargeFeed) => void;
}

/** What brings the file up to date from its source. */
export interface OwnWay {
  readonly fetch: () => Promise<SyncSummary>;
  /** Whether the file as it lies there can be read; false where it was never there. */
  readonly isReadable: boolean;
}

/** Between two renewals of a lease, in milliseconds: two of them may be lost. */
const RENEWAL = 2_000;
/** Between two looks at what another replica's sync comes to, in milliseconds; it also tells when it is over. */
const LOOK = 1_000;
/** A replica waits no longer for another one's sync, in milliseconds. */
const PATIENCE = 120_000;
/** A feed that is younger than this part of the interval need not be synced: replicas do so from 0.8 of it on. */
const RECENT = 0.75;

/**
 * One sync of the malware feed for all replicas: the one that has the lease asks the source and puts what comes of it into
 * Redis, the others take it from there. Where Redis does not answer, the holder of the lease takes too long, or what lies there
 * is not what a replica has put there, each asks the source by itself. A feed gives way to a later one only.
 */
export class SharedFeed {
  readonly #settings: SharedFeedSettings;
  readonly #parts: SharedFeedParts;
  /** The latest feed that this replica has had, whatever has become of the file. */
  #latest: FeedTimes | undefined;
  #wake = () => {};
  #sharing: Promise<void> = Promise.resolve();
  #giveBack: (() => Promise<void>) | undefined;

  constructor(settings: SharedFeedSettings, parts: SharedFeedParts) {
    this.#settings = settings;
    this.#parts = parts;
  }

  /** Brings the file up to date. @throws what the source fails with, where it had to be asked */
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
      // The line to Redis tells of it.
    }
    return own.fetch();
  }

  /** Takes over what another replica has put there. @returns undefined where that is nothing new, or Redis does not answer */
  async takeNewer(): Promise<Synced | undefined> {
    try {
      const own = await this.#ownHead();
      return await this.#takeOver(await this.#parts.shelf.offer(), own);
    } catch {
      return undefined;
    }
  }

  /** Somebody has told that there is something new: whoever waits looks at once. */
  wake(): void {
    this.#wake();
  }

  /** Resolves once what was fetched is shared, or could not be. */
  settled(): Promise<void> {
    return this.#sharing;
  }

  /** Lets another replica go on at once. */
  async close(): Promise<void> {
    this.#wake();
    await this.#giveBack?.();
  }

  /** @returns undefined where the source has to be asked */
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

  /** Later than what was ever here; where nothing is here any more, the same will do. */
  #isWanted(offered: FeedTimes, own: FeedHead | undefined): boolean {
    const latest = this.#latest;
    return supersedes(offered, latest) || (own === undefined && isSame(offered, latest));
  }

  /** Of the file as it lies there; undefined where it is of another source. */
  async #ownHead(): Promise<FeedHead | undefined> {
    const head = await readFeedHead(this.#settings.file);
    if (head === undefined || head.source !== this.#settings.source) return undefined;
    // Written while the clock was wrong.
    if (head.syncedAt > this.#parts.now() + MOST_AHEAD) return undefined;
    if (supersedes(head, this.#latest)) this.#latest = head;
    return head;
  }

  /** Asks the source, as the only one; what comes of it is shared in the background. */
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

  /** Renews a lease until it is given back; neither rejects. */
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

  /** Puts the file into Redis, under a lease, and tells the others. Never rejects. */
  async #share(fence: number): Promise<void> {
    const { file, self } = this.#settings;
    const copy = await openFeedCopy(file);
    if (copy === undefined) return;
    const { shelf, tell, onProblem } = this.#parts;
    try {
      if (await shelf.put(copy, self, fence)) tell();
    } catch (error) {
      // The line tells of all else.
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

  /** Until somebody tells of something new, or for a short while. */
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

/** The source could not be read: nothing that Redis could help with. */
class SourceFailure extends Error {}

function failed(cause: unknown): never {
  throw new SourceFailure('the source could not be read', { cause });
}

function isSame(one: FeedTimes, other: FeedTimes | undefined): boolean {
  return one.syncedAt === other?.syncedAt && one.modified === other.modified;
}
