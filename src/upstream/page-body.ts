import * as zlib from 'node:zlib';
import { Failure } from '../domain/failure.js';
import { collect } from '../runtime/collect.js';
import type { Holding } from '../runtime/room.js';
import type { Faults } from './faults.js';
import type { Answer } from './requests.js';
import type { SentBody } from './upstream.js';

/** As it was sent, and unpacked: the longest pages of PyPI have a third of it. */
export const MAX_PAGE_BYTES = 64 * 1024 * 1024;
/** PyPI's list of all projects has some 40 MB. */
export const MAX_LIST_BYTES = 256 * 1024 * 1024;
const LONG_PAGE = 256 * 1024;

type Inflate = (options: { chunkSize: number }) => zlib.Gunzip | zlib.BrotliDecompress;

/** What stands in `Content-Encoding` and changes nothing: S3's stores keep how a body was once uploaded. */
const NO_CODING = new Set(['', 'identity', 'none', 'aws-chunked']);
const CODINGS: Readonly<Record<string, SentBody['encoding'] | 'zstd'>> = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  br: 'br',
  zstd: 'zstd',
};

/**
 * Reads a page's body, and unpacks it.
 * @param most bytes that it may have, as it was sent and unpacked
 * @param holding takes the room for it, piece by piece: a page that is packed may hold a thousand times as much
 * @throws {Failure} upstream-broken, upstream-unreachable; overloaded where there is no room
 */
export async function readPageBody(
  { body, headers }: Answer,
  most: number,
  faults: Faults,
  holding?: Holding,
): Promise<{ body: Uint8Array; sent: SentBody }> {
  const take = (bytes: number) => holding?.take(bytes);
  const tooLong = () => faults.broken(`sent a page over ${most} bytes`);
  let bytes: Buffer;
  try {
    bytes = await collect(body, most, tooLong, take);
  } catch (error) {
    throw error instanceof Failure ? error : faults.unreachable(error);
  }
  const expected = Number(headers['content-length'] ?? bytes.length);
  if (expected !== bytes.length)
    throw faults.broken(`sent ${bytes.length} of ${expected} bytes of a page`);
  const header = [headers['content-encoding'] ?? ''].flat().join();
  const codings = header
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => !NO_CODING.has(coding));
  const [coding] = codings;
  if (coding === undefined) return { body: bytes, sent: { bytes, encoding: 'identity' } };
  const encoding = codings.length === 1 ? CODINGS[coding] : undefined;
  const inflate = encoding && inflaterOf(encoding);
  if (encoding === undefined || inflate === undefined)
    throw faults.broken(`sent a page in the encoding ${header}, which was not asked for`);
  // What inflates comes from a thread piece by piece: a long page in few.
  const inflating = inflate({ chunkSize: bytes.length > LONG_PAGE ? LONG_PAGE : 16 * 1024 });
  try {
    inflating.end(bytes);
    const unpacked = await collect(inflating, most, tooLong, take);
    const sent: SentBody =
      encoding === 'zstd' ? { bytes: unpacked, encoding: 'identity' } : { bytes, encoding };
    return { body: unpacked, sent };
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw faults.broken('sent a page whose compression cannot be undone', cause);
  }
}

/** Node reads zstd from 22.15 on. */
function inflaterOf(encoding: SentBody['encoding'] | 'zstd'): Inflate | undefined {
  if (encoding === 'gzip') return zlib.createGunzip;
  if (encoding === 'br') return zlib.createBrotliDecompress;
  const { createZstdDecompress } = zlib as { createZstdDecompress?: Inflate };
  return createZstdDecompress;
}
