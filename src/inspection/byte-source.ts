import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Random access to an artifact's bytes; inspection runs in a worker, so reads may block. */
export interface ByteSource {
  readonly size: number;
  /** Exactly `length` bytes from `offset`. @throws {RangeError} beyond the end. */
  read(offset: number, length: number): Buffer;
}

/** A source over bytes in memory. */
export function bufferSource(bytes: Uint8Array): ByteSource {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    size: buffer.length,
    read(offset, length) {
      checkRange(offset, length, buffer.length);
      return buffer.subarray(offset, offset + length);
    },
  };
}

export interface FileSource extends ByteSource {
  close(): void;
}

/** A source over a file, by positioned reads. The caller closes it. */
export function openFileSource(path: string): FileSource {
  const fd = openSync(path, 'r');
  const { size } = fstatSync(fd);
  return {
    size,
    read(offset, length) {
      checkRange(offset, length, size);
      const buffer = Buffer.allocUnsafe(length);
      for (let done = 0; done < length; ) {
        const count = readSync(fd, buffer, done, length - done, offset + done);
        if (count === 0) throw new RangeError('the file became shorter while it was read');
        done += count;
      }
      return buffer;
    },
    close: () => closeSync(fd),
  };
}

const WINDOW = 64 * 1024;

/**
 * Goes forward through a source in small steps (local headers), without an allocation for each: it reads ahead
 * where the next step is near, and only what is asked for where a large member lies between.
 */
export class ForwardView {
  readonly #source: ByteSource;
  #start = 0;
  /** What is held just now; only good until the next `find`. */
  bytes: Buffer = Buffer.alloc(0);

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /**
   * Makes `bytes` hold at least `length` bytes from the source's `offset` on.
   * @returns where in `bytes` they begin
   * @throws {RangeError} beyond the end
   */
  find(offset: number, length: number): number {
    const end = this.#start + this.bytes.length;
    if (offset < this.#start || offset + length > end) {
      const { size } = this.#source;
      const near = offset >= this.#start && offset - end < WINDOW;
      const ahead = near ? Math.min(WINDOW, size - offset) : length;
      this.bytes = this.#source.read(offset, Math.max(length, ahead));
      this.#start = offset;
    }
    return offset - this.#start;
  }
}

function checkRange(offset: number, length: number, size: number): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= size))
    throw new RangeError(`bytes ${offset} to ${offset + length} of ${size} do not exist`);
}
