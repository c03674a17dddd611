import { LRUCache } from 'lru-cache';
import type { ShortLeases } from '../fleet/short-leases.js';
import type { ToWorker } from './words.js';

/** More work than that is not under way. */
const MOST = 10_000;

/** Gives short leases to workers, and asks those above before it gives one. */
export class PrimaryShortLeases {
  readonly #above: ShortLeases;
  readonly #given = new LRUCache<string, true>({ max: MOST });

  constructor(above: ShortLeases) {
    this.#above = above;
  }

  /** Answers one worker. */
  attend(worker: ToWorker): void {
    worker.onAsked('short-lease', async ({ key, lasts }) => {
      if (this.#given.has(key)) return false;
      this.#given.set(key, true, { ttl: lasts });
      return this.#above.take(key, lasts);
    });
  }
}
