import { closeSync, openSync, readSync } from 'node:fs';
import type { ByteSource } from '../byte-source.js';

/** The rest of the file will not be read: it never came, or nobody asks any more. */
export class NoMore extends Error {}

/** Small reads go forward side by side: one call of the system serves many of them. In bytes. */
const WINDOW = 128 * 1024;

/** A file that another thread goes on appending to, and says how far. Reads block, as in every worker. */
export class GrowingFile implements ByteSource {
  readonly size = Number.POSITIVE_INFINITY;
  readonly #fd: number;
  #window: Buffer = Buffer.alloc(0);
  #windowAt = 0;
  #arrived = 0;
  #ended = false;
  #waiting: { end: number; resolve: () => void; reject: (why: NoMore) => void } | undefined;

  /** @throws the file system's error where the file cannot be opened */
  constructor(path: string) {
    this.#fd = openSync(path, 'r');
  }

  /** So many bytes can be read from now on. */
  advance(bytes: number): void {
    this.#arrived = bytes;
    this.#wake();
  }

  /** No more will come. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** One reader waits at a time. @throws {NoMore} */
  arrived(end: number): Promise<void> | undefined {
    if (end <= this.#arrived) return undefined;
    return new Promise((resolve, reject) => {
      this.#waiting = { end, resolve, reject };
      this.#wake();
    });
  }

  read(offset: number, length: number): Buffer {
    this.#mustHave(offset + length);
    if (length >= WINDOW) return this.#readExactly(offset, length);
    const known = offset - this.#windowAt;
    if (known < 0 || known + length > this.#window.length) {
      this.#window = this.#readExactly(offset, Math.min(WINDOW, this.#arrived - offset));
      this.#windowAt = offset;
    }
    const start = offset - this.#windowAt;
    return this.#window.subarray(start, start + length);
  }

  readInto(target: Buffer, offset: number): void {
    this.#mustHave(offset + target.length);
    this.#fill(target, offset);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #readExactly(offset: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafe(length);
    this.#fill(buffer, offset);
    return buffer;
  }

  #fill(target: Buffer, offset: number): void {
    for (let done = 0; done < target.length; ) {
      const count = readSync(this.#fd, target, done, target.length - done, offset + done);
      if (count === 0) throw new NoMore('the file became shorter');
      done += count;
    }
  }

  #mustHave(end: number): void {
    if (end > this.#arrived) throw new NoMore('these bytes have not come in');
  }

  #wake(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    if (waiting.end <= this.#arrived) waiting.resolve();
    else if (this.#ended) waiting.reject(new NoMore('the file ends here'));
    else return;
    this.#waiting = undefined;
  }
}
