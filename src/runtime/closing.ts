/** Resources to close at the end, in the reverse order of their creation. */
export class Closing {
  readonly #steps: (() => unknown)[] = [];
  #closed: Promise<void> | undefined;

  /** Whether closing has started. */
  get hasBegun(): boolean {
    return this.#closed !== undefined;
  }

  /** @param close may return a promise: earlier resources are closed after it has resolved */
  add(close: () => unknown): void {
    this.#steps.push(close);
  }

  /**
   * Closes everything once, even if called repeatedly. After a failure, the rest is still closed.
   * @throws the first error, after everything is closed
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
