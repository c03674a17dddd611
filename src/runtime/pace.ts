import { LEAST_RATE } from './least-rate.js';

/**
 * The rate of a body during the time spent waiting for it, because a slow reader is not the sender's fault. An idle
 * timeout does not detect a body that sends single bytes.
 */
export class Pace {
  readonly #window: number;
  readonly #leastRate: number;
  #since = performance.now();
  #waited = 0;
  #received = 0;

  /** @param window how long it may be slower, in milliseconds @param leastRate bytes per second */
  constructor(window: number, leastRate = LEAST_RATE) {
    this.#window = window;
    this.#leastRate = leastRate;
  }

  /** The wait starts now. */
  wait(): void {
    this.#since = performance.now();
  }

  /** This many bytes have arrived. @returns whether the rate is too low */
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
