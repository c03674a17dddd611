import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Random access to an artifact's bytes; inspection runs in a worker, so reads may block. */
export interface ByteSource {
  readonly size: number;
  /** Exactly `length` bytes from `offset`. @throws {RangeError} beyond the end. */
  read(offset: number, length: number): Buffer;
  /**
   * Where the bytes are still coming in: resolves once they can be read up to `end`, undefined where they can be
   * already. Rejects where they will never come.
   */
  arrived?(end: number): Promise<void> | undefined;
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
 * A view for reads that go forward in small steps (local headers): it reads ahead where the next read is
 * near, and only what is asked for where a large member lies between.
 */
export function windowed(source: ByteSource): ByteSource {
  let start = 0;
  let window: Buffer = Buffer.alloc(0);
  return {
    size: source.size,
    read(offset, length) {
      checkRange(offset, length, source.size);
      if (offset < start || offset + length > start + window.length) {
        const near = offset >= start && offset - (start + window.length) < WINDOW;
        const ahead = near ? Math.min(WINDOW, source.size - offset) : length;
        window = source.read(offset, Math.max(length, ahead));
        start = offset;
      }
      return window.subarray(offset - start, offset - start + length);
    },
  };
}

function checkRange(offset: number, length: number, size: number): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= size))
    throw new RangeError(`bytes ${offset} to ${offset + length} of ${size} do not exist`);
}
