import type { Blob } from './blob-store.js';
import type { ByteReader } from './bytes.js';

const PIECE = 256 * 1024;

/** This many bytes from the start; each piece is valid until the next is requested. @throws if there are fewer */
export async function* piecesOf(reader: ByteReader, size: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(PIECE, size));
  for (let at = 0; at < size; ) {
    const read = await reader.read(buffer.subarray(0, Math.min(buffer.length, size - at)), at);
    if (read === 0) throw endedAfter(at, size);
    at += read;
    yield buffer.subarray(0, read);
  }
}

/** A whole blob in memory. @throws if it returns fewer bytes than its size */
export async function readBlob(blob: Blob): Promise<Uint8Array> {
  if (blob.bytes !== undefined) return blob.bytes;
  const bytes = Buffer.allocUnsafe(blob.size);
  for (let at = 0; at < bytes.length; ) {
    const read = await blob.read(bytes.subarray(at), at);
    if (read === 0) throw endedAfter(at, blob.size);
    at += read;
  }
  return bytes;
}

function endedAfter(at: number, size: number): Error {
  return new Error(`${size} bytes ended after ${at}`);
}
