import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteReader } from '../bytes.js';
import type { Spool, SpoolFile } from '../spool.js';
import { FileReader } from './file-bytes.js';
import { temporaryName } from './temporary-name.js';

/** Spool files in one folder. Files left by a crash are removed by `sweep.ts`. */
export class DiskSpool implements Spool {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async create(): Promise<SpoolFile> {
    const path = join(this.#directory, temporaryName());
    let handle: FileHandle;
    try {
      handle = await open(path, 'wx+', 0o640);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await mkdir(this.#directory, { recursive: true });
      handle = await open(path, 'wx+', 0o640);
    }
    return new DiskSpoolFile(path, handle);
  }
}

class DiskSpoolFile implements SpoolFile {
  readonly path: string;
  size = 0;
  readonly #handle: FileHandle;
  #closed = false;
  #isMoved = false;

  constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  async expect(): Promise<void> {}

  async append(pieces: readonly Uint8Array[]): Promise<void> {
    for (let left = pieces; left.length > 0; ) {
      const { bytesWritten } = await this.#handle.writev(left, this.size);
      this.size += bytesWritten;
      left = without(left, bytesWritten);
    }
  }

  async open(): Promise<ByteReader> {
    return new FileReader(await open(this.path, 'r'));
  }

  async sync(): Promise<void> {
    await this.#handle.datasync();
  }

  moved(): void {
    this.#isMoved = true;
  }

  async discard(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#handle.close().catch(ignore);
    // No other process uses the name.
    if (!this.#isMoved) await unlink(this.path).catch(ignore);
  }
}

/** The rest of the pieces after this many written bytes: usually empty. */
function without(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  const left: Uint8Array[] = [];
  let skip = bytes;
  for (const piece of pieces) {
    if (skip < piece.length) left.push(piece.subarray(skip));
    skip = Math.max(0, skip - piece.length);
  }
  return left;
}

function ignore(): void {}
