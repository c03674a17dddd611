/** A worker that ends sooner than this after its start, in milliseconds, may do so again and again. */
const SHORT_LIFE = 10_000;
const FIRST_DELAY = 100;
const LONGEST_DELAY = 30_000;

/** Counts how often in a row the worker of a number has lived shortly, so that a fault at the start does not spin. */
export class ShortLives {
  readonly #times = new Map<number, number>();

  /**
   * The worker of a number has ended.
   * @param lived in milliseconds
   * @returns milliseconds until the next one: none after a long life, ever longer where life is short
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

  /** What lasts, as a sentence's part; undefined where nothing does. */
  get trouble(): string | undefined {
    const [worst] = [...this.#times].sort(([, one], [, other]) => other - one);
    if (worst === undefined || worst[1] < 2) return undefined;
    return `worker ${worst[0]} exited ${worst[1]} times in a row soon after its start`;
  }
}
