import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** A position in the archive that is beyond its end. */
export class BeyondEnd extends RangeError {}

/** The bytes are temporarily unreadable: a local fault, independent of the archive. */
export class SourceFault extends Error {}

/** Random access to an artifact's bytes; reads may block, because inspection has a separate thread. */
export interface ByteSource {
  readonly size: number;
  /** Exactly `length` bytes from `offset`. @throws {BeyondEnd} */
  read(offset: number, length: number): Buffer;
  /**
   * For a file that is still being received: resolves when it is readable up to `end`; undefined if it already is.
   * Rejects if the bytes will never arrive.
   */
  arrived?(end: number): Promise<void> | undefined;
  /** Fills `target` from `offset` on. @throws {BeyondEnd} */
  readInto(target: Buffer, offset: number): void;
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
    readInto(target, offset) {
      checkRange(offset, target.length, buffer.length);
      buffer.copy(target, 0, offset);
    },
  };
}

export interface FileSource extends ByteSource {
  close(): void;
}

/** A file up to here is read whole: one call of the system instead of one a member. In bytes. */
const READ_WHOLE = 4 * 1024 * 1024;

/**
 * A source over a file: in memory if it is short, or else by positioned reads. The caller closes it.
 * @throws {SourceFault} as its methods do
 */
export function openFileSource(path: string): FileSource {
  const { fd, size } = open(path);
  const file = positionedReads(fd, size);
  if (size > READ_WHOLE) return file;
  try {
    return { ...bufferSource(file.read(0, size)), close() {} };
  } finally {
    file.close();
  }
}

function positionedReads(fd: number, size: number): FileSource {
  const readInto = (target: Buffer, offset: number): void => {
    const { length } = target;
    checkRange(offset, length, size);
    for (let done = 0; done < length; ) {
      const count = readSome(fd, target.subarray(done), offset + done);
      if (count === 0) throw new SourceFault('the file was truncated while being read');
      done += count;
    }
  };
  return {
    size,
    read(offset, length) {
      checkRange(offset, length, size);
      const buffer = Buffer.allocUnsafe(length);
      readInto(buffer, offset);
      return buffer;
    },
    readInto,
    close: () => closeSync(fd),
  };
}

function open(path: string): { readonly fd: number; readonly size: number } {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    return { fd, size: fstatSync(fd).size };
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    throw faultOf(error);
  }
}

function readSome(fd: number, target: Buffer, offset: number): number {
  try {
    return readSync(fd, target, 0, target.length, offset);
  } catch (error) {
    throw faultOf(error);
  }
}

function faultOf(error: unknown): SourceFault {
  return new SourceFault((error as Error).message, { cause: error });
}

const WINDOW = 64 * 1024;
/** The size of a read after a jump: enough for nearly all headers with their names. */
const PEEK = 512;

/**
 * Reads forward through a source in small steps (local headers), in one buffer: it reads ahead if the next step is
 * near, and little if a large member is in between.
 */
export class ForwardView {
  readonly #source: ByteSource;
  #start = 0;
  #buffer: Buffer = Buffer.alloc(0);
  /** The current bytes; only valid until the next `find`. */
  bytes: Buffer = this.#buffer;
  /** The same, to read numbers from: faster than a Buffer's own methods while the code is cold. */
  data = new DataView(this.bytes.buffer);

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /**
   * Makes `bytes` hold at least `length` bytes from the source's `offset` on.
   * @returns where in `bytes` they begin
   * @throws {BeyondEnd}
   */
  find(offset: number, length: number): number {
    const end = this.#start + this.bytes.length;
    if (offset < this.#start || offset + length > end) {
      const isNear = offset >= this.#start && offset - end < WINDOW;
      const ahead = Math.min(isNear ? WINDOW : PEEK, this.#source.size - offset);
      this.#hold(offset, Math.max(length, ahead));
    }
    return offset - this.#start;
  }

  #hold(offset: number, length: number): void {
    if (length > this.#buffer.length)
      this.#buffer = Buffer.allocUnsafeSlow(Math.max(length, WINDOW));
    const bytes = this.#buffer.subarray(0, length);
    this.#source.readInto(bytes, offset);
    this.bytes = bytes;
    this.data = new DataView(bytes.buffer, bytes.byteOffset, length);
    this.#start = offset;
  }
}

function checkRange(offset: number, length: number, size: number): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= size))
    throw new BeyondEnd(`bytes ${offset} to ${offset + length} of ${size} do not exist`);
}
