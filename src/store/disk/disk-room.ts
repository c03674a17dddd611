import { stat, unlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CacheRoom } from '../cache-room.js';
import { DiskUsage } from './disk-usage.js';
import { fileSystemFree } from './free-bytes.js';
import { unchanged } from './seal.js';

export interface DiskRoomSettings {
  readonly directory: string;
  /** All files together, in bytes. */
  readonly maxBytes: number;
  /** What must stay free on the file system, in bytes; 0 for no such bound. */
  readonly minFree: number;
  /** Free bytes of the file system of a path; a test hands in its own. */
  readonly freeBytes?: (path: string) => Promise<number>;
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

  constructor(settings: DiskRoomSettings) {
    this.#settings = settings;
  }

  get bytes(): number {
    return this.#usage.bytes;
  }

  /** Learns what earlier processes have left. Run it in the background: nothing waits for it. */
  async scan(): Promise<void> {
    await this.#usage.scan(this.#settings.directory);
    await this.makeRoom(0);
  }

  use(name: string, size: number): void {
    this.#usage.touch(name, size);
    const now = performance.now();
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

  async makeRoom(more: number, minFree = this.#settings.minFree): Promise<boolean> {
    const { maxBytes } = this.#settings;
    if (more > maxBytes) return false;
    let lacking = await this.#lacking(minFree);
    for (const name of this.#usage.oldest()) {
      if (this.#usage.bytes + more <= maxBytes && lacking <= 0) break;
      if (this.#held.has(name)) continue;
      const before = this.#usage.bytes;
      await this.#remove(name);
      lacking -= before - this.#usage.bytes;
    }
    return this.#usage.bytes + more <= maxBytes && lacking <= 0;
  }

  /** The spool lies on the same file system: its bytes are taken already, and renaming takes no more. */
  async #lacking(minFree: number): Promise<number> {
    if (minFree === 0) return 0;
    const { freeBytes = fileSystemFree, directory } = this.#settings;
    return minFree - (await freeBytes(dirname(directory)));
  }

  async #remove(name: string): Promise<void> {
    this.forget(name);
    await unlink(this.#path(name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }

  #path(name: string): string {
    return join(this.#settings.directory, name);
  }
}
