/**
 * Runs one task at a time for all callers: a call during a run causes another one, because the run may have missed
 * later changes.
 */
export class OnceMore {
  readonly #work: () => Promise<void>;
  #wanted = false;
  #running: Promise<void> | undefined;

  /** @param work never rejects */
  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Whether it will run again. */
  get isWanted(): boolean {
    return this.#wanted;
  }

  /** Resolves after a run that started after the call. */
  run(): Promise<void> {
    this.#wanted = true;
    this.#running ??= this.#runAsWanted();
    return this.#running;
  }

  /** Resolves when it is not running. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #runAsWanted(): Promise<void> {
    while (this.#wanted) {
      this.#wanted = false;
      await this.#work();
    }
    // Synchronous with the check for further calls: the next call starts a new run.
    this.#running = undefined;
  }
}
