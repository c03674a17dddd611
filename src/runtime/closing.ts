/** What is to be closed at the end, in the reverse order of its building. */
export class Closing {
  readonly #steps: (() => unknown)[] = [];
  #closed: Promise<void> | undefined;

  /** Whether it is all being closed, or has been. */
  get hasBegun(): boolean {
    return this.#closed !== undefined;
  }

  /** @param close may return a promise: what was built before is closed once it has resolved */
  add(close: () => unknown): void {
    this.#steps.push(close);
  }

  /**
   * Closes all, once, however often it is called. Where some of it cannot be closed, the rest is all the same.
   * @throws the first error, once all is closed
   */
  close(): Promise<void> {
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  async #closeAll(): Promise<void> {
    const errors: unknown[] = [];
    for (const close of this.#steps.reverse()) {
      try {
        await close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
