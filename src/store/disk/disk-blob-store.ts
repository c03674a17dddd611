import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, stat, unlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { Sha256 } from '../../domain/digest.js';
import type { Blob, BlobStore } from '../blob-store.js';
import type { SpoolFile } from '../spool.js';
import { DiskUsage } from './disk-usage.js';
import { fileSystemFree } from './free-bytes.js';

export interface DiskBlobSettings {
  readonly directory: string;
  /** All blobs together, in bytes. */
  readonly maxBytes: number;
  /** What must stay free on the file system, in bytes. */
  readonly minFree: number;
  /** Free bytes of the file system of a path; a test hands in its own. */
  readonly freeBytes?: (path: string) => Promise<number>;
}

/** The use of a blob is written to its modification time at most this often, in milliseconds. */
const TOUCH_INTERVAL = 60_000;
const READ_SIZE = 256 * 1024;
/** A full disk, and a spool file that lies on another file system: it is served, and not kept. */
const NO_PLACE: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EXDEV']);

/**
 * Blobs as files `<directory>/ab/abcd…`, named by their SHA-256. A file gets its name by `rename` after it
 * is whole and on the disk, so whatever has such a name is valid, whenever the process or the machine stopped.
 */
export class DiskBlobStore implements BlobStore {
  readonly #settings: DiskBlobSettings;
  readonly #usage = new DiskUsage();
  /** How many readers hold each blob: those are not evicted. */
  readonly #held = new Map<string, number>();
  readonly #touched = new Map<string, number>();

  constructor(settings: DiskBlobSettings) {
    this.#settings = settings;
  }

  get bytes(): number {
    return this.#usage.bytes;
  }

  /** Learns what earlier processes have left. Run it in the background: nothing waits for it. */
  async scan(): Promise<void> {
    await this.#usage.scan(this.#settings.directory);
    await this.#makeRoom(0);
  }

  async open(sha256: Sha256): Promise<Blob | undefined> {
    const name = nameOf(sha256);
    this.#hold(name, 1);
    let handle: FileHandle;
    let size: number;
    try {
      handle = await open(this.#path(name), 'r');
      size = (await handle.stat()).size;
    } catch (error) {
      this.#hold(name, -1);
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    this.#use(name, size);
    return new DiskBlob(this.#path(name), handle, size, () => this.#hold(name, -1));
  }

  async has(sha256: Sha256): Promise<boolean> {
    return stat(this.#path(nameOf(sha256))).then(
      () => true,
      () => false,
    );
  }

  async adopt(sha256: Sha256, spool: SpoolFile): Promise<boolean> {
    if (!(await this.#makeRoom(spool.size))) return false;
    const name = nameOf(sha256);
    const path = this.#path(name);
    try {
      await spool.settle();
      await mkdir(dirname(path), { recursive: true });
      await rename(spool.path, path);
    } catch (error) {
      if (NO_PLACE.has((error as NodeJS.ErrnoException).code ?? '')) return false;
      throw error;
    }
    this.#use(name, spool.size);
    return true;
  }

  /** Gives up blobs until `bytes` are free on the file system, as far as it can. */
  async reclaim(bytes: number): Promise<void> {
    await this.#makeRoom(0, bytes);
  }

  async delete(sha256: Sha256): Promise<void> {
    await this.#remove(nameOf(sha256));
  }

  /**
   * Removes the least recently used blobs until `more` bytes fit under both bounds.
   * @returns false where they cannot, because the rest is in use or the disk is full of other things.
   */
  async #makeRoom(more: number, minFree = this.#settings.minFree): Promise<boolean> {
    const { maxBytes, directory } = this.#settings;
    if (more > maxBytes) return false;
    const freeBytes = this.#settings.freeBytes ?? fileSystemFree;
    // The spool lies on the same file system: its bytes are taken already, and renaming takes no more.
    let lacking = minFree - (await freeBytes(dirname(directory)));
    for (const name of this.#usage.oldest()) {
      if (this.#usage.bytes + more <= maxBytes && lacking <= 0) break;
      if (this.#held.has(name)) continue;
      const before = this.#usage.bytes;
      await this.#remove(name);
      lacking -= before - this.#usage.bytes;
    }
    return this.#usage.bytes + more <= maxBytes && lacking <= 0;
  }

  async #remove(name: string): Promise<void> {
    this.#usage.forget(name);
    this.#touched.delete(name);
    await unlink(this.#path(name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }

  #use(name: string, size: number): void {
    this.#usage.touch(name, size);
    const now = Date.now();
    if (now - (this.#touched.get(name) ?? 0) < TOUCH_INTERVAL) return;
    this.#touched.set(name, now);
    utimes(this.#path(name), now / 1_000, now / 1_000).catch(() => {});
  }

  #hold(name: string, change: 1 | -1): void {
    const readers = (this.#held.get(name) ?? 0) + change;
    if (readers > 0) this.#held.set(name, readers);
    else this.#held.delete(name);
  }

  #path(name: string): string {
    return join(this.#settings.directory, name);
  }
}

class DiskBlob implements Blob {
  readonly path: string;
  readonly size: number;
  readonly bytes = undefined;
  readonly #handle: FileHandle;
  readonly #onClose: () => void;
  #closed = false;

  constructor(path: string, handle: FileHandle, size: number, onClose: () => void) {
    this.path = path;
    this.size = size;
    this.#handle = handle;
    this.#onClose = onClose;
  }

  stream(start: number, end: number): Readable {
    if (end <= start) return Readable.from([]);
    return createReadStream('', {
      fd: this.#handle,
      start,
      end: end - 1,
      autoClose: false,
      highWaterMark: READ_SIZE,
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
    await this.#handle.close();
  }
}

function nameOf(sha256: Sha256): string {
  return join(sha256.slice(0, 2), sha256);
}
