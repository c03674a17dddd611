import type { FileHandle } from 'node:fs/promises';

/** The number of first bytes that identify a file: its first line contains a time and a request's ID. */
const HEAD = 1024;
/**
 * The number of bytes before a position that show that it is unchanged, since a file may be truncated without notice:
 * more than a line, as lines may have equal ends.
 */
const TAIL = 2048;

/**
 * A position in a decision log up to which it was read. The file is identified by its content, not by its name or
 * inode: it may have been renamed, copied and truncated, or compressed since.
 */
export interface LogPosition {
  /** The first bytes of the file, up to the position. */
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

  /** @param bytes written at the end, @param size of the file afterwards */
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
