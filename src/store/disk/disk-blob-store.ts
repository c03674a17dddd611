import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Sha256 } from '../../domain/digest.js';
import type { Blob, BlobStore } from '../blob-store.js';
import type { CacheRoom } from '../cache-room.js';
import type { SpoolFile } from '../spool.js';

/** A full disk, and a spool file that lies on another file system: it is served, and not kept. */
const NO_PLACE: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EXDEV']);

/**
 * Blobs as files `<directory>/ab/abcd…`, named by their SHA-256. A file gets its name by `rename` after it
 * is whole and on the disk, so whatever has such a name is valid, whenever the process or the machine stopped.
 */
export class DiskBlobStore implements BlobStore {
  readonly #directory: string;
  readonly #room: CacheRoom;

  constructor(directory: string, room: CacheRoom) {
    this.#directory = directory;
    this.#room = room;
  }

  async open(sha256: Sha256): Promise<Blob | undefined> {
    const name = nameOf(sha256);
    this.#room.hold(name);
    let handle: FileHandle;
    let size: number;
    try {
      handle = await open(this.#path(name), 'r');
      size = (await handle.stat()).size;
    } catch (error) {
      this.#room.release(name);
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    this.#room.use(name, size);
    return new DiskBlob(this.#path(name), handle, size, () => this.#room.release(name));
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

function nameOf(sha256: Sha256): string {
  return join(sha256.slice(0, 2), sha256);
}
