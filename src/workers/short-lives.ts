/** A worker that ends sooner after its start, in milliseconds, may fail repeatedly. */
const SHORT_LIFE = 10_000;
const FIRST_DELAY = 100;
const LONGEST_DELAY = 30_000;

/** Counts consecutive short lives per worker number, so a fault at the start does not cause a restart loop. */
export class ShortLives {
  readonly #times = new Map<number, number>();

  /**
   * The worker with this number has ended.
   * @param lived in milliseconds
   * @returns the delay before the next one, in milliseconds: none after a long life, and longer after each short one
   */
  ended(number: number, lived: number): number {
    const before = this.times(number);
    const isShort = lived < SHORT_LIFE;
    this.#times.set(number, isShort ? before + 1 : 0);
    return isShort ? Math.min(FIRST_DELAY * 2 ** before, LONGEST_DELAY) : 0;
  }

  times(number: number): number {
    return this.#times.get(number) ?? 0;
  }

  /** The persistent problem as a clause; undefined if there is none. */
  get trouble(): string | undefined {
    const [worst] = [...this.#times].sort(([, one], [, other]) => other - one);
    if (worst === undefined || worst[1] < 2) return undefined;
    return `worker ${worst[0]} exited ${worst[1]} times in a row soon after its start`;
  }
}
