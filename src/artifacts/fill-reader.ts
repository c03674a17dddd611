import type { ByteReader, GrowingBytes } from '../store/bytes.js';
import type { Fill } from './fill.js';

/**
 * Reads a fill's bytes at their current place. If the same bytes move, it opens the new place at once: when they are
 * needed, they may already have moved to the store.
 */
export class FillReader implements ByteReader {
  readonly #fill: Fill;
  readonly #leave: () => void;
  /** In the order in which they were opened. */
  readonly #open = new Map<GrowingBytes, Promise<ByteReader | undefined>>();
  /** Undefined before the first bytes. */
  #transfer: string | undefined;

  constructor(fill: Fill) {
    this.#fill = fill;
    this.#leave = fill.onBytes((bytes) => this.#hold(bytes));
    if (fill.bytes !== undefined) this.#hold(fill.bytes);
  }

  /** False once the fill has other bytes: the bytes read so far belong to a transfer that is never verified. */
  get isSame(): boolean {
    return this.#transfer === undefined || this.#transfer === this.#fill.transfer;
  }

  /** Whether there is anything yet that could be read, and it is still there. Rejects with the file system's error. */
  async ready(): Promise<boolean> {
    return (await this.#here()) !== undefined;
  }

  /** @returns 0 also if the bytes have changed, or have moved away */
  async read(into: Buffer, start: number): Promise<number> {
    const reader = await this.#here();
    const read = (await reader?.read(into, start)) ?? 0;
    return this.isSame ? read : 0;
  }

  /** Hands over the reader of where the bytes are now, which is the caller's to close, and closes all else. */
  async release(): Promise<ByteReader | undefined> {
    const reader = await this.#here().catch(() => undefined);
    if (this.#fill.bytes !== undefined) this.#open.delete(this.#fill.bytes);
    await this.close();
    return reader;
  }

  async close(): Promise<void> {
    this.#leave();
    for (const bytes of this.#open.keys()) await this.#letGo(bytes);
  }

  #hold(bytes: GrowingBytes): void {
    this.#transfer ??= this.#fill.transfer;
    if (!this.isSame) return;
    const opened = bytes.open();
    // The reader receives the error.
    opened.catch(() => {});
    this.#open.set(bytes, opened);
  }

  async #here(): Promise<ByteReader | undefined> {
    const { bytes } = this.#fill;
    if (!this.isSame || bytes === undefined || !this.#open.has(bytes)) return undefined;
    for (const before of this.#open.keys()) {
      if (before === bytes) break;
      void this.#letGo(before);
    }
    return this.#open.get(bytes);
  }

  async #letGo(bytes: GrowingBytes): Promise<void> {
    const opened = this.#open.get(bytes);
    this.#open.delete(bytes);
    const reader = await opened?.catch(() => undefined);
    await reader?.close();
  }
}
