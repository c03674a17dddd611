import { SLOTS } from './slots.js';

/** In milliseconds. */
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** The counts of the last so many hours, or days, as plain data. */
export interface PeriodCounts {
  /** The period in each place, counted from 1970; -1 for none. */
  readonly numbers: Float64Array;
  /** One behind the other, each of as many counts as there are slots. */
  readonly counts: Float64Array;
}

/** Counts by periods of one length, for a limited number of periods. */
export class Periods {
  /** Of a period, in milliseconds. */
  readonly length: number;
  readonly #size: number;
  readonly #numbers: Float64Array;
  readonly #counts: Float64Array;

  /** @param size how many periods are kept */
  constructor(length: number, size: number, kept?: PeriodCounts) {
    this.length = length;
    this.#size = size;
    this.#numbers = kept?.numbers ?? new Float64Array(size).fill(-1);
    this.#counts = kept?.counts ?? new Float64Array(size * SLOTS.length);
  }

  get counts(): Float64Array {
    return this.#counts;
  }

  /**
   * Start of the counts of an instant's period in `counts`. The previous period in its place is dropped, even a later
   * one: a temporarily wrong clock does not block the place. @param time milliseconds since 1970
   */
  placeFor(time: number): number {
    const number = Math.floor(time / this.length);
    const place = ((number % this.#size) + this.#size) % this.#size;
    const from = place * SLOTS.length;
    if (this.#numbers[place] !== number) {
      this.#numbers[place] = number;
      this.#counts.fill(0, from, from + SLOTS.length);
    }
    return from;
  }

  /** The counts of a period, by its number since 1970; undefined without counts. */
  of(number: number): Float64Array | undefined {
    const place = ((number % this.#size) + this.#size) % this.#size;
    if (this.#numbers[place] !== number) return undefined;
    return this.#counts.subarray(place * SLOTS.length, (place + 1) * SLOTS.length);
  }

  /** Copies, so counting can continue. */
  copy(): PeriodCounts {
    return { numbers: this.#numbers.slice(), counts: this.#counts.slice() };
  }
}
