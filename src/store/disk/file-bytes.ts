import { type FileHandle, open } from 'node:fs/promises';
import type { ByteReader, BytesAt } from '../bytes.js';

/** Reads a file through a handle of its own: it outlives the file's name. */
export class FileReader implements ByteReader {
  readonly #handle: FileHandle;
  #closed = false;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async read(into: Buffer, start: number): Promise<number> {
    const { bytesRead } = await this.#handle.read(into, 0, into.length, start);
    return bytesRead;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#handle.close();
  }
}

/** Bytes in files of this machine. A file that has gone on to a store, or was removed, is no longer there. */
export const bytesInFile: BytesAt = (place) => ({
  place,
  open: async () => {
    try {
      return new FileReader(await open(place.path, 'r'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  },
});
