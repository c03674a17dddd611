import { stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheRoom } from '../cache-room.js';
import { DiskUsage } from './disk-usage.js';
import { unchanged } from './seal.js';

export interface DiskRoomSettings {
  readonly directory: string;
  /** All files together, in bytes. */
  readonly maxBytes: number;
  /** How much less is free on the file system than must be, in bytes; left out where nothing gives way to others. */
  readonly shortage?: () => Promise<number>;
}

/** A use is written to the file's access time at most this often, in milliseconds. */
const TOUCH_INTERVAL = 60_000;

/** The room of a folder whose files lie two levels deep. */
export class DiskRoom implements CacheRoom {
  readonly #settings: DiskRoomSettings;
  readonly #usage = new DiskUsage();
  /** How many readers hold each file. */
  readonly #held = new Map<string, number>();
  readonly #touched = new Map<string, number>();
  /** Files that were admitted and are not there yet, and their sizes. */
  readonly #coming = new Map<string, number>();
  #comingBytes = 0;

  constructor(settings: DiskRoomSettings) {
    this.#settings = settings;
  }

  get bytes(): number {
    return this.#usage.bytes;
  }

  /** Learns what earlier processes have left. Run it in the background: nothing waits for it. */
  async scan(): Promise<void> {
    await this.#usage.scan(this.#settings.directory);
    const { maxBytes, shortage } = this.#settings;
    await this.#removeOldest(Math.max(this.#usage.bytes - maxBytes, (await shortage?.()) ?? 0));
  }

  use(name: string, size: number): void {
    const isNew = this.#coming.has(name);
    this.#arrived(name);
    this.#usage.touch(name, size);
    const now = performance.now();
    // It was written just now, and its times say so.
    if (isNew) return void this.#touched.set(name, now);
    if (now - (this.#touched.get(name) ?? -Infinity) < TOUCH_INTERVAL) return;
    this.#touched.set(name, now);
    this.#noteUse(this.#path(name)).catch(() => {});
  }

  /** The modification time is not ours to change: it may be a seal. */
  async #noteUse(path: string): Promise<void> {
    const { mtimeMs } = await stat(path);
    await utimes(path, Date.now() / 1_000, unchanged(mtimeMs));
  }

  forget(name: string): void {
    this.#arrived(name);
    this.#usage.forget(name);
    this.#touched.delete(name);
  }

  hold(name: string): void {
    this.#held.set(name, (this.#held.get(name) ?? 0) + 1);
  }

  release(name: string): void {
    const readers = (this.#held.get(name) ?? 0) - 1;
    if (readers > 0) this.#held.set(name, readers);
    else this.#held.delete(name);
  }

  async admit(name: string, size: number): Promise<boolean> {
    const { maxBytes, shortage } = this.#settings;
    if (size > maxBytes) return false;
    const lacking = (await shortage?.()) ?? 0;
    // All in one turn: whoever is admitted next finds it counted, and what goes for it no longer.
    this.#arrived(name);
    const others = this.#usage.bytes - this.#usage.sizeOf(name) + this.#comingBytes;
    const wanted = Math.max(others + size - maxBytes, lacking);
    const fits = this.#oldest(wanted, name).bytes >= wanted;
    const removed = this.#removeOldest(fits ? wanted : lacking, name);
    if (fits) {
      this.#coming.set(name, size);
      this.#comingBytes += size;
    }
    await removed;
    return fits;
  }

  /**
   * Removes files of so many bytes for something else, or none where there are not as many.
   * @returns how many bytes they had
   */
  async reclaim(bytes: number): Promise<number> {
    const oldest = this.#oldest(bytes).bytes;
    return oldest >= bytes ? this.#removeOldest(bytes) : 0;
  }

  #arrived(name: string): void {
    this.#comingBytes -= this.#coming.get(name) ?? 0;
    this.#coming.delete(name);
  }

  /** The least recently used of so many bytes, as far as they are not in use. */
  #oldest(wanted: number, except?: string): { names: string[]; bytes: number } {
    const names: string[] = [];
    let bytes = 0;
    for (const name of this.#usage.oldest()) {
      if (bytes >= wanted) break;
      if (name === except || this.#held.has(name) || this.#coming.has(name)) continue;
      names.push(name);
      bytes += this.#usage.sizeOf(name);
    }
    return { names, bytes };
  }

  /** @returns how many bytes they had */
  async #removeOldest(wanted: number, except?: string): Promise<number> {
    const { names, bytes } = this.#oldest(wanted, except);
    for (const name of names) this.forget(name);
    for (const name of names)
      await unlink(this.#path(name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    return bytes;
  }

  #path(name: string): string {
    return join(this.#settings.directory, name);
  }
}
