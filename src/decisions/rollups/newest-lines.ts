/** The last lines of the log, unmodified, in little memory. */
export class NewestLines {
  readonly #lines: string[];
  readonly #size: number;
  /** The next position once it is full, which is that of the oldest line. */
  #at: number;

  constructor(size: number, kept: readonly string[] = []) {
    this.#size = size;
    this.#lines = kept.slice(-size);
    this.#at = 0;
  }

  add(line: string): void {
    if (this.#lines.length < this.#size) this.#lines.push(line);
    else {
      this.#lines[this.#at] = line;
      this.#at = (this.#at + 1) % this.#size;
    }
  }

  /** Whether there may have been others before them. */
  get isFull(): boolean {
    return this.#lines.length === this.#size;
  }

  /** Newest first. */
  *newest(): Generator<string> {
    const { length } = this.#lines;
    for (let back = 1; back <= length; back += 1)
      yield this.#lines[(this.#at + length - back) % length]!;
  }

  /** The oldest first. */
  all(): string[] {
    return [...this.#lines.slice(this.#at), ...this.#lines.slice(0, this.#at)];
  }
}
