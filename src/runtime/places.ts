/** A limited number of places, for which others wait until a timeout. */
export class Places {
  readonly #patience: number;
  #free: number;
  readonly #waiting = new Set<() => void>();

  /** @param patience milliseconds */
  constructor(count: number, patience: number) {
    this.#free = count;
    this.#patience = patience;
  }

  /** @returns releases the place, once even if called repeatedly; undefined on a timeout */
  async enter(): Promise<(() => void) | undefined> {
    if (this.#free > 0) this.#free -= 1;
    else if (!(await this.#wait())) return undefined;
    let isIn = true;
    return () => {
      if (isIn) this.#leave();
      isIn = false;
    };
  }

  /** The longest waiter gets the place. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#free += 1;
    else next();
  }

  #wait(): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (isFree: boolean) => {
        clearTimeout(timer);
        this.#waiting.delete(come);
        resolve(isFree);
      };
      const come = () => done(true);
      const timer = setTimeout(done, this.#patience, false);
      this.#waiting.add(come);
    });
  }
}
