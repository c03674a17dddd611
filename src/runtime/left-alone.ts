import { LRUCache } from 'lru-cache';
import { within } from '../domain/span.js';

/** In milliseconds. */
const HOUR = 3_600_000;

/** What has failed or was tried lately, and is not tried again for an hour. It forgets the longest ago beyond its bound. */
export class LeftAlone {
  readonly #since: LRUCache<string, number>;
  readonly #now: () => number;

  /** @param most keys that are remembered; @param now milliseconds since 1970 */
  constructor(most: number, now: () => number) {
    this.#since = new LRUCache({ max: most });
    this.#now = now;
  }

  leave(key: string): void {
    this.#since.set(key, this.#now());
  }

  /** @returns until when, in milliseconds since 1970; undefined where it may be tried now */
  until(key: string): number | undefined {
    const from = this.#since.get(key);
    if (from === undefined) return undefined;
    const until = from + HOUR;
    return within({ from, until }, this.#now()) ? until : undefined;
  }
}
