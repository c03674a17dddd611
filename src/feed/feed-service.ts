import { stat } from 'node:fs/promises';
import { type MalwareFeed, NO_FEED } from '../domain/malware-feed.js';
import { ChangeWatch, type Every, stateOfFile } from '../runtime/change-watch.js';
import { readNewer } from './feed-file.js';
import type { FeedIndex } from './feed-index.js';
import type { SyncSummary } from './sync-feed.js';

/** How the file was brought up to date. `age`: since the feed was known to be current, in milliseconds. */
export type Synced =
  | SyncSummary
  /** Another replica has queried the source. */
  | { readonly how: 'taken'; readonly by: string; readonly age: number }
  /** It was already current. */
  | { readonly how: 'recent'; readonly age: number };

export interface FeedServiceParts {
  readonly file: string;
  /** Updates the file. @param isReadable whether the present file is readable */
  readonly sync: (isReadable: boolean) => Promise<Synced>;
  /** Approximate time between two syncs, in milliseconds. */
  readonly interval: number;
  /** 0 to 1; prevents many replicas from syncing in the same second. */
  readonly random: () => number;
  readonly onSynced: (synced: Synced) => void;
  readonly onFailed: (error: unknown) => void;
  /** Whether the file is readable, reported on a change. A file that has never existed does not count as unreadable. */
  readonly onReadable: (isReadable: boolean) => void;
  /** The timer for checks of the file, which `wheelgate feed sync` may update while this process runs. */
  readonly every?: Every | undefined;
}

/** The shorter interval after a failure, in milliseconds. */
const RETRY = 5 * 60_000;
/** Milliseconds between two checks of the file. */
const LOOK = 1_000;
/** The longest delay of Node's timers, in milliseconds: a longer one fires at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The malware feed in force: read from its file at the start, updated in the background. */
export class FeedService {
  readonly #parts: FeedServiceParts;
  #current: FeedIndex | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  readonly #listeners: ((feed: MalwareFeed) => unknown)[] = [];
  #running: Promise<void> = Promise.resolve();
  #watch: ChangeWatch | undefined;
  #isReadable = true;

  constructor(parts: FeedServiceParts) {
    this.#parts = parts;
  }

  get current(): MalwareFeed {
    return this.#current ?? NO_FEED;
  }

  /** The number of records. */
  get records(): number {
    return this.#current?.records ?? 0;
  }

  /** Calls back after each feed that took effect. The change is announced once the returned promise has resolved. */
  onChange(listener: (feed: MalwareFeed) => unknown): void {
    this.#listeners.push(listener);
  }

  /** Reads the file of an earlier sync, and starts syncing in the background. */
  async start(): Promise<void> {
    const { file, every, random } = this.#parts;
    const look = () => stateOfFile(file);
    const state = await look();
    const onChange = () => this.#alone(() => this.#look());
    // An existing but temporarily unreadable file is retried.
    const settled = (await onChange()) ? state : '';
    const onHang = () => this.#note(false);
    this.#watch = new ChangeWatch({ look, onChange, onHang, interval: LOOK, every }, settled);
    this.#plan(random() * 5_000);
  }

  /** Syncs immediately. Never rejects. */
  sync(): Promise<void> {
    return this.#alone(async () => {
      try {
        const isReadable = this.#current !== undefined && this.#isReadable;
        await this.#takeIn(await this.#parts.sync(isReadable));
      } catch (error) {
        this.#parts.onFailed(error);
        this.#plan(RETRY * (0.8 + 0.4 * this.#parts.random()));
      }
    });
  }

  /** Reads a feed from another replica. @param take writes it to the file if it is new. Never rejects. */
  take(take: () => Promise<Synced | undefined>): Promise<void> {
    return this.#alone(async () => {
      try {
        const synced = await take();
        if (synced !== undefined) await this.#takeIn(synced);
      } catch (error) {
        this.#parts.onFailed(error);
      }
    });
  }

  async #takeIn(synced: Synced): Promise<void> {
    const { interval, random, onSynced } = this.#parts;
    if (!(await this.#readAgain()))
      throw new Error('the feed was synced, but its file cannot be read');
    onSynced(synced);
    const age = 'age' in synced ? synced.age : 0;
    // Between 0.8 and 1.2 of the interval.
    this.#plan(interval * (0.8 + 0.4 * random()) - age);
  }

  close(): void {
    this.#closed = true;
    this.#watch?.close();
    clearTimeout(this.#timer);
  }

  /** The file was changed by another process, or must be retried. @returns whether it was readable */
  async #look(): Promise<boolean> {
    const wasReadable = this.#isReadable;
    if (await this.#readAgain()) return true;
    // A process that starts now can only read the file, so it is written again.
    if (wasReadable && this.#current !== undefined) this.#plan(0);
    return false;
  }

  /**
   * Applies the file's content if it is different or newer.
   * @returns whether it was readable; if not, nothing changes
   */
  async #readAgain(): Promise<boolean> {
    const { file } = this.#parts;
    const feed = await readNewer(file, this.#current);
    if (feed !== undefined && feed !== this.#current) await this.#take(feed);
    this.#note(feed !== undefined || (this.#current === undefined && (await isMissing(file))));
    return feed !== undefined;
  }

  #note(isReadable: boolean): void {
    if (isReadable !== this.#isReadable) this.#parts.onReadable(isReadable);
    this.#isReadable = isReadable;
  }

  async #take(feed: FeedIndex): Promise<void> {
    this.#current = feed;
    await Promise.all(this.#listeners.map((listener) => listener(feed)));
  }

  /** Runs one task at a time. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#running.then(work);
    this.#running = turn.then(
      () => {},
      () => {},
    );
    return turn;
  }

  #plan(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    const wait = Math.min(milliseconds, LONGEST_TIMER);
    const next = () => (milliseconds > wait ? this.#plan(milliseconds - wait) : void this.sync());
    this.#timer = setTimeout(next, wait);
    this.#timer.unref();
  }
}

function isMissing(file: string): Promise<boolean> {
  return stat(file).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );
}
