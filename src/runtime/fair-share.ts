/**
 * A limited memory that is divided among all tasks: large pieces for a few tasks, because every transfer to another
 * thread costs the same for any size; small ones for many, so a hundred use little more than ten, and no task blocks
 * the event loop for long.
 */
export class FairShare {
  readonly #total: number;
  readonly #least: number;
  #users = 0;

  /** @param total the memory for all, and the maximum for one; @param least the minimum for each; in bytes */
  constructor(total: number, least: number) {
    this.#total = total;
    this.#least = least;
  }

  /** The present share of each, in bytes. */
  get each(): number {
    return Math.max(this.#least, Math.floor(this.#total / Math.max(1, this.#users)));
  }

  /** Adds a task. @returns ends it; a second call has no effect */
  join(): () => void {
    let isHere = true;
    this.#users += 1;
    return () => {
      if (isHere) this.#users -= 1;
      isHere = false;
    };
  }
}
