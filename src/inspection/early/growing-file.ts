import { closeSync, openSync, readSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ByteSource } from '../byte-source.js';

/** The rest of the file will not be read: the transfer failed, or the reading was cancelled. */
export class NoMore extends Error {}

/** Small reads go forward side by side: one call of the system serves many of them. In bytes. */
const WINDOW = 64 * 1024;
/** How long one file may keep a thread that several share, in milliseconds. */
const TURN = 5;
/** Start of the current turn; it belongs to the thread, not to a file. */
let turn = performance.now();

/** A file that another thread appends to, with announcements of its length. Reads block, in a separate thread. */
export class GrowingFile implements ByteSource {
  readonly size = Number.POSITIVE_INFINITY;
  readonly #fd: number;
  readonly #window = Buffer.allocUnsafeSlow(WINDOW);
  #windowAt = 0;
  #inWindow = 0;
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

  /** No more bytes will arrive. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Supports one waiting reader at a time. Yields regularly to the other files of this thread. @throws {NoMore} */
  arrived(end: number): Promise<void> | undefined {
    if (end <= this.#arrived) return this.#giveWay();
    return new Promise((resolve, reject) => {
      this.#waiting = { end, resolve, reject };
      this.#wake();
    });
  }

  read(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    this.readInto(bytes, offset);
    return bytes;
  }

  readInto(target: Buffer, offset: number): void {
    if (offset + target.length > this.#arrived) throw new NoMore('bytes not yet received');
    if (target.length > WINDOW / 4) return this.#fill(target, offset);
    const ahead = offset - this.#windowAt;
    if (ahead < 0 || ahead + target.length > this.#inWindow) this.#moveWindow(offset);
    const start = offset - this.#windowAt;
    this.#window.copy(target, 0, start, start + target.length);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #giveWay(): Promise<void> | undefined {
    if (performance.now() - turn < TURN) return undefined;
    return nextTurn().then(() => {
      turn = performance.now();
    });
  }

  #moveWindow(offset: number): void {
    this.#windowAt = offset;
    this.#inWindow = 0;
    const length = Math.min(WINDOW, this.#arrived - offset);
    this.#fill(this.#window.subarray(0, length), offset);
    this.#inWindow = length;
  }

  #fill(target: Buffer, offset: number): void {
    for (let done = 0; done < target.length; ) {
      const count = readSync(this.#fd, target, done, target.length - done, offset + done);
      if (count === 0) throw new NoMore('the file was truncated');
      done += count;
    }
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
