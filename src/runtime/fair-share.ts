/**
 * A bounded memory that all who are at work divide: large pieces for a few, since every hand-over to another thread
 * costs the same whatever it carries; small ones for many, so that a hundred take little more than ten, and nobody
 * keeps the event loop for long.
 */
export class FairShare {
  readonly #total: number;
  readonly #least: number;
  #users = 0;

  /** @param total what they divide, and what one alone may have; @param least what everybody has; in bytes */
  constructor(total: number, least: number) {
    this.#total = total;
    this.#least = least;
  }

  /** What each may have just now, in bytes. */
  get each(): number {
    return Math.max(this.#least, Math.floor(this.#total / Math.max(1, this.#users)));
  }

  /** One more is at work. @returns to be called when that one has done; calling it again changes nothing */
  join(): () => void {
    let isHere = true;
    this.#users += 1;
    return () => {
      if (isHere) this.#users -= 1;
      isHere = false;
    };
  }
}
