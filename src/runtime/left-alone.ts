import { LRUCache } from 'lru-cache';
import { type Span, within } from '../domain/span.js';

/** In milliseconds. */
const HOUR = 3_600_000;

/** The pause, in milliseconds: doubled each further time. */
export interface Rest {
  readonly first: number;
  readonly longest: number;
}

const AN_HOUR: Rest = { first: HOUR, longest: HOUR };

interface Left extends Span {
  readonly times: number;
}

/**
 * Keys that failed or were tried recently, and are not retried for a while. The oldest are forgotten beyond the limit.
 */
export class LeftAlone {
  readonly #left: LRUCache<string, Left>;
  readonly #now: () => number;
  readonly #rest: Rest;

  /** @param most the maximum number of keys; @param now milliseconds since 1970 */
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

  /** @returns the end of the pause, in milliseconds since 1970; undefined if a retry is allowed */
  until(key: string): number | undefined {
    const left = this.#left.get(key);
    return left !== undefined && within(left, this.#now()) ? left.until : undefined;
  }

  /** Resets all keys. */
  clear(): void {
    this.#left.clear();
  }
}
