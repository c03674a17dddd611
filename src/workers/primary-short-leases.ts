import { LRUCache } from 'lru-cache';
import type { ShortLeases } from '../fleet/short-leases.js';
import type { ToWorker } from './words.js';

/** More leases than can be in use. */
const MOST = 10_000;

/** Grants short leases to workers, after requesting each from the fleet. */
export class PrimaryShortLeases {
  readonly #above: ShortLeases;
  readonly #given = new LRUCache<string, true>({ max: MOST });

  constructor(above: ShortLeases) {
    this.#above = above;
  }

  /** Serves one worker. */
  attend(worker: ToWorker): void {
    worker.onAsked('short-lease', async ({ key, lasts }) => {
      if (this.#given.has(key)) return false;
      this.#given.set(key, true, { ttl: lasts });
      return this.#above.take(key, lasts);
    });
  }
}
