import { LRUCache } from 'lru-cache';
import type { CacheName, CacheRoom } from '../store/cache-room.js';
import type { ToPrimary } from './words.js';

/** The interval between two reports of a file's use, in milliseconds; the order of use need not be finer. */
const TELL_INTERVAL = 10_000;
const MAX_TOLD = 20_000;

/**
 * A worker's side of a cached folder: the primary tracks the order of use, and removes files. An open file can still be
 * read to its end, because an unlinked file exists until it is closed.
 */
export class WorkerRoom implements CacheRoom {
  readonly #primary: ToPrimary;
  readonly #cache: CacheName;
  readonly #told = new LRUCache<string, true>({ max: MAX_TOLD, ttl: TELL_INTERVAL });

  constructor(primary: ToPrimary, cache: CacheName) {
    this.#primary = primary;
    this.#cache = cache;
  }

  use(name: string, size: number): void {
    if (this.#told.has(name)) return;
    this.#told.set(name, true);
    this.#primary.tell('use', { cache: this.#cache, name, size });
  }

  forget(name: string): void {
    this.#told.delete(name);
    this.#primary.tell('forget', { cache: this.#cache, name });
  }

  admit(name: string, size: number): Promise<boolean> {
    // The primary requires a report once the file is there.
    this.#told.delete(name);
    return this.#primary.ask('admit', { cache: this.#cache, name, size });
  }
}
