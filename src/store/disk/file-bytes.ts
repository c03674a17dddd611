import { type FileHandle, open } from 'node:fs/promises';
import type { ByteReader, BytesAt } from '../bytes.js';

/** Reads a file through a separate handle, which remains valid after the file is unlinked. */
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

/** Bytes in local files. A file that was moved to a store, or removed, is unavailable. */
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
