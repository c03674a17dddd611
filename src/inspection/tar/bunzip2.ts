import { Readable } from 'node:stream';
import unbzip2 from 'unbzip2-stream';
import type { ByteSource } from '../byte-source.js';
import type { Report } from '../report.js';

const CHUNK = 256 * 1024;

/** Unpacks a bzip2 file. The library reads blocks of at most 900 KB, one at a time, and checks their CRCs. */
export async function* bunzip2(source: ByteSource, report: Report): AsyncGenerator<Buffer> {
  const packed = Readable.from(chunksOf(source));
  const unpacked = new Readable().wrap(packed.pipe(unbzip2()));
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) yield chunk;
  } catch {
    report.stop('compression-broken', 'its bzip2 stream is broken');
  } finally {
    packed.destroy();
    unpacked.destroy();
  }
}

/** The bytes of a source, piece by piece. */
export function* chunksOf(source: ByteSource): Generator<Buffer> {
  for (let at = 0; at < source.size; at += CHUNK)
    yield source.read(at, Math.min(CHUNK, source.size - at));
}
