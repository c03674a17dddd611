const HOUR = 3_600_000;
/** A project has this part of them at most. */
const SHARES = 4;

/**
 * A limit of bytes per hour, with a maximum share per project. The unused part is not carried over to the next hour.
 */
export class HourlyBytes {
  readonly #most: number;
  readonly #now: () => number;
  readonly #taken = new Map<string, number>();
  #hour = -1;
  #left = 0;

  /** @param most bytes; @param now milliseconds since 1970 */
  constructor(most: number, now: () => number) {
    this.#most = most;
    this.#now = now;
  }

  /** @returns whether there were so many left for the project */
  take(project: string, bytes: number): boolean {
    const hour = Math.floor(this.#now() / HOUR);
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#left = this.#most;
      this.#taken.clear();
    }
    const taken = (this.#taken.get(project) ?? 0) + bytes;
    if (bytes > this.#left || taken > this.#most / SHARES) return false;
    this.#taken.set(project, taken);
    this.#left -= bytes;
    return true;
  }

  /** Returns the unused part of a reservation. */
  giveBack(project: string, bytes: number): void {
    this.#left = Math.min(this.#most, this.#left + bytes);
    this.#taken.set(project, Math.max(0, (this.#taken.get(project) ?? 0) - bytes));
  }
}
