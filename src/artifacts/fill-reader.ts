import type { ByteReader, GrowingBytes } from '../store/bytes.js';
import type { Fill } from './fill.js';

/**
 * Reads a fill's bytes wherever they are. Where the same ones come in elsewhere, it opens them there at once: by the time
 * that they are wanted they may have gone on to the store.
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

  /** False once the fill is of other bytes: what was read is of a transfer that nobody will have checked. */
  get isSame(): boolean {
    return this.#transfer === undefined || this.#transfer === this.#fill.transfer;
  }

  /** Whether there is anything yet that could be read, and it is still there. Rejects with the file system's error. */
  async ready(): Promise<boolean> {
    return (await this.#here()) !== undefined;
  }

  /** @returns 0 also where the bytes are others by now, or no longer there */
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
    // Whoever reads meets it.
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
