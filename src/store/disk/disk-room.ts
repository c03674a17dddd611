import { stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheRoom } from '../cache-room.js';
import { DiskUsage } from './disk-usage.js';
import { unchanged } from './seal.js';

export interface DiskRoomSettings {
  readonly directory: string;
  /** Limit of all files, in bytes. */
  readonly maxBytes: number;
  /**
   * The bytes missing from the required free space of the file system; omitted if cached files need not make room for
   * others.
   */
  readonly shortage?: () => Promise<number>;
}

/** The minimum interval between two updates of a file's access time, in milliseconds. */
const TOUCH_INTERVAL = 60_000;

/** The room of a folder with files two levels deep. */
export class DiskRoom implements CacheRoom {
  readonly #settings: DiskRoomSettings;
  readonly #usage = new DiskUsage();
  /** The number of readers per file. */
  readonly #held = new Map<string, number>();
  readonly #touched = new Map<string, number>();
  /** Admitted files that are not written yet, with their sizes. */
  readonly #coming = new Map<string, number>();
  #comingBytes = 0;

  constructor(settings: DiskRoomSettings) {
    this.#settings = settings;
  }

  get bytes(): number {
    return this.#usage.bytes;
  }

  /** Finds the files of earlier processes. Run it in the background, because nothing waits for it. */
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
    // It was just written, so its times are current.
    if (isNew) return void this.#touched.set(name, now);
    if (now - (this.#touched.get(name) ?? -Infinity) < TOUCH_INTERVAL) return;
    this.#touched.set(name, now);
    this.#noteUse(this.#path(name)).catch(() => {});
  }

  /** The modification time must not change, because it may be a seal. */
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
    // Synchronous, so the next admission counts this file, and no longer the ones that it replaces.
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
   * Removes this many bytes of files to make room for other data, or nothing if there are fewer.
   * @returns the number of removed bytes
   */
  async reclaim(bytes: number): Promise<number> {
    const oldest = this.#oldest(bytes).bytes;
    return oldest >= bytes ? this.#removeOldest(bytes) : 0;
  }

  #arrived(name: string): void {
    this.#comingBytes -= this.#coming.get(name) ?? 0;
    this.#coming.delete(name);
  }

  /** The least recently used files of this total size that are not in use. */
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

  /** @returns the number of removed bytes */
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
