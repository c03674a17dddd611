import { type MalwareFeed, NO_FEED } from '../domain/malware-feed.js';
import { readFeedIndex } from '../feed/feed-file.js';
import type { ToPrimary } from './words.js';

/** A worker's side of the malware feed: the primary syncs, every worker reads the file that it leaves. */
export class WorkerFeed {
  readonly #file: string;
  #current: MalwareFeed = NO_FEED;
  #reading: Promise<void> = Promise.resolve();

  constructor(primary: ToPrimary, file: string) {
    this.#file = file;
    primary.onTold('feed', () => void this.read());
  }

  get current(): MalwareFeed {
    return this.#current;
  }

  /** Takes over what lies in the file; one reading at a time. Never rejects. */
  read(): Promise<void> {
    this.#reading = this.#reading.then(async () => {
      this.#current = (await readFeedIndex(this.#file)) ?? this.#current;
    });
    return this.#reading;
  }
}
