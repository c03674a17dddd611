const HOUR = 3_600_000;

/** So many bytes in each hour, and what was not used is not added to the next. */
export class HourlyBytes {
  readonly #most: number;
  readonly #now: () => number;
  #hour = 0;
  #left = 0;

  /** @param most bytes; @param now milliseconds since 1970 */
  constructor(most: number, now: () => number) {
    this.#most = most;
    this.#now = now;
  }

  /** @returns whether there were so many left */
  take(bytes: number): boolean {
    const hour = Math.floor(this.#now() / HOUR);
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#left = this.#most;
    }
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }
}
