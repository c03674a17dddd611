import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LRUCache } from 'lru-cache';
import type { Sha256 } from '../../domain/digest.js';
import type { Blob, BlobStore } from '../blob-store.js';
import type { CacheRoom } from '../cache-room.js';
import type { SpoolFile } from '../spool.js';
import { isSealed, sealOf } from './seal.js';

/** A full disk, and a spool file that lies on another file system: it is served, and not kept. */
const NO_PLACE: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EXDEV']);

/** Blobs whose seal does not last, on a file system with coarse times: they are remembered to have been looked at. */
const MAX_LOOKED_AT = 20_000;
const CHUNK = 256 * 1024;

/**
 * Blobs as files `<directory>/ab/abcd…`, named by their SHA-256. A file gets its name by `rename` after it
 * is whole and on the disk, so whatever has such a name was valid, whenever the process or the machine stopped. What
 * has happened to it since shows by its seal (`seal.ts`): a file whose seal is broken is hashed when it is opened, and
 * dropped where it is another.
 */
export class DiskBlobStore implements BlobStore {
  readonly #directory: string;
  readonly #room: CacheRoom;
  readonly #onDamaged: (path: string) => void;
  readonly #looking = new Map<Sha256, Promise<boolean>>();
  /** The state in which a file was whole. */
  readonly #lookedAt = new LRUCache<Sha256, string>({ max: MAX_LOOKED_AT });

  /** @param onDamaged told of a file that is not what its name says, and is gone now */
  constructor(directory: string, room: CacheRoom, onDamaged: (path: string) => void = () => {}) {
    this.#directory = directory;
    this.#room = room;
    this.#onDamaged = onDamaged;
  }

  async open(sha256: Sha256): Promise<Blob | undefined> {
    const name = nameOf(sha256);
    this.#room.hold(name);
    let handle: FileHandle | undefined;
    try {
      handle = await open(this.#path(name), 'r');
      const state = await handle.stat();
      if (isSealed(sha256, state) || (await this.#isWhole(sha256, handle, state))) {
        this.#room.use(name, state.size);
        const release = () => this.#room.release(name);
        return new DiskBlob(this.#path(name), handle, state.size, release);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        this.#room.release(name);
        await handle?.close();
        throw error;
      }
    }
    this.#room.release(name);
    await handle?.close();
    return undefined;
  }

  /** A file without a seal that holds: an older version's, restored, cut short, written to. One look for all who ask. */
  async #isWhole(sha256: Sha256, handle: FileHandle, state: Stats): Promise<boolean> {
    if (this.#lookedAt.get(sha256) === textOf(state)) return true;
    const running = this.#looking.get(sha256);
    if (running !== undefined) return running;
    const look = this.#look(sha256, handle, state).finally(() => this.#looking.delete(sha256));
    this.#looking.set(sha256, look);
    return look;
  }

  async #look(sha256: Sha256, handle: FileHandle, { ino, size }: Stats): Promise<boolean> {
    const name = nameOf(sha256);
    const path = this.#path(name);
    // A disk that does not give it back has lost it.
    const whole = (await digestOf(handle).catch(() => undefined)) === sha256;
    const now = await stat(path).catch(() => undefined);
    // Another has taken its place meanwhile, or room was made.
    if (now?.ino !== ino) return whole;
    if (whole) {
      await seal(path, sha256, size).catch(() => {});
      this.#lookedAt.set(sha256, textOf(await stat(path).catch(() => now)));
      return true;
    }
    this.#room.forget(name);
    await rm(path, { force: true });
    this.#onDamaged(path);
    return false;
  }

  async has(sha256: Sha256): Promise<boolean> {
    return stat(this.#path(nameOf(sha256))).then(
      () => true,
      () => false,
    );
  }

  async adopt(sha256: Sha256, spool: SpoolFile): Promise<boolean> {
    if (!(await this.#room.makeRoom(spool.size))) return false;
    const name = nameOf(sha256);
    const path = this.#path(name);
    try {
      await spool.settle();
      await mkdir(dirname(path), { recursive: true });
      await seal(spool.path, sha256, spool.size);
      await rename(spool.path, path);
    } catch (error) {
      if (NO_PLACE.has((error as NodeJS.ErrnoException).code ?? '')) return false;
      throw error;
    }
    this.#room.use(name, spool.size);
    return true;
  }

  async delete(sha256: Sha256): Promise<void> {
    const name = nameOf(sha256);
    this.#room.forget(name);
    await rm(this.#path(name), { force: true });
  }

  #path(name: string): string {
    return join(this.#directory, name);
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

  async read(into: Buffer, start: number): Promise<number> {
    const { bytesRead } = await this.#handle.read(into, 0, into.length, start);
    return bytesRead;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
    await this.#handle.close();
  }
}

/** To be done once the bytes are on the disk: a machine that stops in between leaves no seal. */
async function seal(path: string, sha256: Sha256, size: number): Promise<void> {
  const now = Date.now();
  await utimes(path, now / 1_000, sealOf(sha256, size, now));
}

async function digestOf(handle: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (let at = 0; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, CHUNK, at);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}

function textOf({ ino, size, mtimeMs }: Stats): string {
  return `${ino} ${size} ${mtimeMs}`;
}

function nameOf(sha256: Sha256): string {
  return join(sha256.slice(0, 2), sha256);
}
