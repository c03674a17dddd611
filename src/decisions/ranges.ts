import type { FileHandle } from 'node:fs/promises';

/** Read at a time, in bytes: little enough that a server that reads its own log goes on answering. */
const CHUNK = 128 * 1024;

/** Bytes of a file as it lies there. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Bytes of a file, as far as there are any, in pieces of some size: each is gone when the next one is asked for. */
export async function* bytesOf(
  handle: FileHandle,
  { from, to }: Range,
  size = CHUNK,
): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(size, to - from));
  for (let at = from; at < to; ) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, to - at), at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
