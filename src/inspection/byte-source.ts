import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Random access to an archive's bytes, without holding them. */
export interface ByteSource {
  readonly size: number;
  /** Reads exactly `length` bytes at `offset`. @throws {RangeError} where they do not all exist */
  read(offset: number, length: number): Buffer;
}

/** A file, read at positions. Synchronous: it is used in a worker that does nothing else. */
export class FileSource implements ByteSource {
  readonly size: number;
  readonly #fd: number;

  constructor(path: string) {
    this.#fd = openSync(path, 'r');
    this.size = fstatSync(this.#fd).size;
  }

  read(offset: number, length: number): Buffer {
    checkWindow(this, offset, length);
    const buffer = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; ) {
      const got = readSync(this.#fd, buffer, at, length - at, offset + at);
      if (got === 0) throw new RangeError('the file ended early');
      at += got;
    }
    return buffer;
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** Bytes in memory. */
export class BufferSource implements ByteSource {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#bytes.length;
  }

  read(offset: number, length: number): Buffer {
    checkWindow(this, offset, length);
    return this.#bytes.subarray(offset, offset + length);
  }
}

function checkWindow(source: ByteSource, offset: number, length: number): void {
  const sound = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0;
  if (!sound || length < 0 || offset + length > source.size)
    throw new RangeError(`bytes ${offset} to ${offset + length} of ${source.size} were asked for`);
}
