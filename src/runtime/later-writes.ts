/** One write to be made later. */
export interface LaterWrite<Value> {
  write(value: Value): Promise<unknown>;
  /** Receives the error of a failed write, or that too many wait. */
  onLost(error: unknown): void;
}

/**
 * Values that wait for the disk, by key, so that no request does. They are written one at a time. A value that is replaced
 * while it waits is not written.
 */
export class LaterWrites<Value> {
  readonly #most: number;
  readonly #waiting = new Map<string, Value>();
  #writing: Promise<void> = Promise.resolve();

  /** @param most the maximum number of values that wait; further ones are lost */
  constructor(most: number) {
    this.#most = most;
  }

  /** The value that waits under a key. */
  get(key: string): Value | undefined {
    return this.#waiting.get(key);
  }

  put(key: string, value: Value, later: LaterWrite<Value>): void {
    const isWaiting = this.#waiting.has(key);
    if (!isWaiting && this.#waiting.size >= this.#most)
      return later.onLost(new Error(`${this.#most} records are waiting for the disk`));
    this.#waiting.set(key, value);
    if (!isWaiting) this.#writing = this.#writing.then(() => this.#write(key, later));
  }

  /** Resolves when no value waits. */
  async settled(): Promise<void> {
    while (this.#waiting.size > 0) await this.#writing;
  }

  /** Until the value written is the one that waits. */
  async #write(key: string, { write, onLost }: LaterWrite<Value>): Promise<void> {
    let value: Value;
    do {
      value = this.#waiting.get(key)!;
      await write(value).catch(onLost);
    } while (this.#waiting.get(key) !== value);
    this.#waiting.delete(key);
  }
}
