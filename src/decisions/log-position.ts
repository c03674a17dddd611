import type { FileHandle } from 'node:fs/promises';

/** So many first bytes of a file tell it from any other: its first line bears a time and a request's id. */
const HEAD = 1024;
/**
 * So many bytes in front of a place tell that it is still the same, for whoever cuts a file off asks nobody: more than
 * a line, as lines may end alike.
 */
const TAIL = 2048;

/**
 * A place in a decision log behind which nothing has been read yet. The file is known by what it holds, not by its name or
 * its node: it may have been renamed, copied and cut off, or compressed since.
 */
export interface LogPosition {
  /** The first bytes of the file, of those in front of the place. */
  readonly head: Buffer;
  /** The last bytes in front of the place. */
  readonly tail: Buffer;
  /** In bytes of the file as it was written. */
  readonly offset: number;
}

/** Follows a file that is written to. */
export class LogMark {
  #head: Buffer = Buffer.alloc(0);
  #position: LogPosition | undefined;

  /** Of the last file into which anything was written. */
  get position(): LogPosition | undefined {
    return this.#position;
  }

  /** Another file was opened; the place is the old one's as long as nothing is written. */
  begin(): void {
    this.#head = Buffer.alloc(0);
  }

  /** There is something in the file already. @param size of it */
  async read(file: FileHandle, size: number): Promise<void> {
    this.#head = await bytesAt(file, 0, Math.min(HEAD, size));
    const tail = await bytesAt(file, Math.max(0, size - TAIL), size);
    this.#position = { head: this.#head, tail, offset: size };
  }

  /** @param bytes what was written at the end, @param size of the file by now */
  advance(bytes: Buffer, size: number): void {
    if (bytes.length === 0) return;
    if (this.#head.length < HEAD)
      this.#head = Buffer.concat([this.#head, bytes.subarray(0, HEAD - this.#head.length)]);
    this.#position = { head: this.#head, tail: bytes.subarray(-TAIL), offset: size };
  }
}

async function bytesAt(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(to - from), 0, to - from, from);
  return buffer.subarray(0, bytesRead);
}

/** As text in JSON. */
export interface WrittenPosition {
  readonly head: string;
  readonly tail: string;
  readonly offset: number;
}

export function writePosition({ head, tail, offset }: LogPosition): WrittenPosition {
  return { head: head.toString('base64'), tail: tail.toString('base64'), offset };
}

export function readPosition({ head, tail, offset }: WrittenPosition): LogPosition {
  return { head: Buffer.from(head, 'base64'), tail: Buffer.from(tail, 'base64'), offset };
}
