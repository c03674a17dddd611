import type { FileHandle } from 'node:fs/promises';

/** Bytes per read: small enough for a server to remain responsive while it reads its own log. */
const CHUNK = 128 * 1024;

/** Bytes of a file as stored. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The available bytes of a file, in pieces: each is only valid until the next one is requested. */
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
