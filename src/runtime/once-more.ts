/**
 * Work of which there is one run at a time, for all who want it: whoever asks while it runs has it run once more, for what
 * has changed since it began may have been passed over.
 */
export class OnceMore {
  readonly #work: () => Promise<void>;
  #wanted = false;
  #running: Promise<void> | undefined;

  /** @param work never rejects */
  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Whether it will run once more. */
  get isWanted(): boolean {
    return this.#wanted;
  }

  /** Resolves once a run is over that has begun since. */
  run(): Promise<void> {
    this.#wanted = true;
    this.#running ??= this.#runAsWanted();
    return this.#running;
  }

  /** Resolves once it does not run. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #runAsWanted(): Promise<void> {
    while (this.#wanted) {
      this.#wanted = false;
      await this.#work();
    }
    // In the same turn as the look at what is wanted: whoever asks next begins anew.
    this.#running = undefined;
  }
}
