import { LRUCache } from 'lru-cache';
import type { CacheName, CacheRoom } from '../store/cache-room.js';
import type { ToPrimary } from './words.js';

/** A file in use is told of this often, in milliseconds; the order of use need not be finer. */
const TELL_INTERVAL = 10_000;
const MAX_TOLD = 20_000;

/**
 * A worker's side of a cached folder: the primary knows who was used when, and removes. What is open here can be
 * read to its end all the same, for an unlinked file lasts as long as somebody holds it.
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
    // The primary counts on being told that it is there.
    this.#told.delete(name);
    return this.#primary.ask('admit', { cache: this.#cache, name, size });
  }
}
