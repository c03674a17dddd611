import type { Blob } from './blob-store.js';

/** A whole blob in memory. @throws where it gives fewer bytes than it has */
export async function readBlob(blob: Blob): Promise<Uint8Array> {
  if (blob.bytes !== undefined) return blob.bytes;
  const bytes = Buffer.allocUnsafe(blob.size);
  for (let at = 0; at < bytes.length; ) {
    const read = await blob.read(bytes.subarray(at), at);
    if (read === 0) throw new Error(`a blob of ${blob.size} bytes gave ${at}`);
    at += read;
  }
  return bytes;
}
