import { LRUCache } from 'lru-cache';
import { type Span, within } from '../domain/span.js';

/** In milliseconds. */
const HOUR = 3_600_000;

/** How long something is left alone, in milliseconds: each further time twice as long as the time before. */
export interface Rest {
  readonly first: number;
  readonly longest: number;
}

const AN_HOUR: Rest = { first: HOUR, longest: HOUR };

interface Left extends Span {
  readonly times: number;
}

/** What has failed or was tried lately, and is not tried again for a while. It forgets the longest ago beyond its bound. */
export class LeftAlone {
  readonly #left: LRUCache<string, Left>;
  readonly #now: () => number;
  readonly #rest: Rest;

  /** @param most keys that are remembered; @param now milliseconds since 1970 */
  constructor(most: number, now: () => number, rest: Rest = AN_HOUR) {
    this.#left = new LRUCache({ max: most });
    this.#now = now;
    this.#rest = rest;
  }

  leave(key: string): void {
    const times = (this.#left.peek(key)?.times ?? 0) + 1;
    const { first, longest } = this.#rest;
    const from = this.#now();
    this.#left.set(key, { times, from, until: from + Math.min(first * 2 ** (times - 1), longest) });
  }

  /** @returns until when, in milliseconds since 1970; undefined where it may be tried now */
  until(key: string): number | undefined {
    const left = this.#left.get(key);
    return left !== undefined && within(left, this.#now()) ? left.until : undefined;
  }

  /** Everything may be tried now, as if for the first time. */
  clear(): void {
    this.#left.clear();
  }
}
