import { type MalwareFeed, NO_FEED } from '../domain/malware-feed.js';
import { readFeedIndex } from './feed-file.js';
import type { FeedIndex } from './feed-index.js';
import type { SyncSummary } from './sync-feed.js';

export interface FeedServiceParts {
  readonly file: string;
  /** Brings the file up to date. */
  readonly sync: () => Promise<SyncSummary>;
  /** Milliseconds between two syncs, about. */
  readonly interval: number;
  /** 0 to 1; so that many replicas do not ask in the same second. */
  readonly random: () => number;
  readonly onSynced: (summary: SyncSummary) => void;
  readonly onFailed: (error: unknown) => void;
}

/** After a failure it tries again sooner, in milliseconds. */
const RETRY = 5 * 60_000;

/** The malware feed in force: read from its file at the start, kept up to date in the background. */
export class FeedService {
  readonly #parts: FeedServiceParts;
  #current: FeedIndex | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  readonly #listeners: (() => void)[] = [];
  #running: Promise<void> = Promise.resolve();

  constructor(parts: FeedServiceParts) {
    this.#parts = parts;
  }

  get current(): MalwareFeed {
    return this.#current ?? NO_FEED;
  }

  /** Calls back after each feed that took effect. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Reads what an earlier sync left; begins to sync in the background. */
  async start(): Promise<void> {
    const stored = await readFeedIndex(this.#parts.file);
    if (stored !== undefined) this.#take(stored);
    this.#plan(this.#parts.random() * 5_000);
  }

  /** Syncs at once. Never rejects. */
  sync(): Promise<void> {
    this.#running = this.#running.then(async () => {
      try {
        const summary = await this.#parts.sync();
        this.#take(await this.#read(summary));
        this.#parts.onSynced(summary);
        // Between 0.8 and 1.2 of the interval.
        this.#plan(this.#parts.interval * (0.8 + 0.4 * this.#parts.random()));
      } catch (error) {
        this.#parts.onFailed(error);
        this.#plan(RETRY * (0.8 + 0.4 * this.#parts.random()));
      }
    });
    return this.#running;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #read({ how, syncedAt }: SyncSummary): Promise<FeedIndex> {
    if (how === 'unchanged' && this.#current !== undefined) return this.#current.at(syncedAt);
    const index = await readFeedIndex(this.#parts.file);
    if (index === undefined) throw new Error('the feed was synced, and its file cannot be read');
    return index;
  }

  #take(feed: FeedIndex): void {
    this.#current = feed;
    for (const listener of this.#listeners) listener();
  }

  #plan(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.sync(), milliseconds);
    this.#timer.unref();
  }
}
