import { LEAST_RATE } from './least-rate.js';

/**
 * How fast a body comes, by the time in which it was waited for: a reader that takes its time is not the sender's fault. An
 * idle time-out does not see a body that drips.
 */
export class Pace {
  readonly #window: number;
  readonly #leastRate: number;
  #since = performance.now();
  #waited = 0;
  #received = 0;

  /**
   * @param window how long it may be slower than that, in milliseconds
   * @param leastRate bytes a second
   */
  constructor(window: number, leastRate = LEAST_RATE) {
    this.#window = window;
    this.#leastRate = leastRate;
  }

  /** From now on it is waited for. */
  wait(): void {
    this.#since = performance.now();
  }

  /** So many bytes have come. @returns whether that is too slow */
  arrived(bytes: number): boolean {
    this.#waited += performance.now() - this.#since;
    this.#received += bytes;
    if (this.#waited < this.#window) return false;
    const slow = this.#received < (this.#leastRate * this.#waited) / 1_000;
    this.#waited = 0;
    this.#received = 0;
    return slow;
  }
}
