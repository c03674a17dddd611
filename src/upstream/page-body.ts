import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import type { Faults } from './faults.js';
import type { SentBody } from './upstream.js';

/** No project page comes near; PyPI's list of all projects has some 40 MB. */
export const MAX_PAGE_BYTES = 256 * 1024 * 1024;
const LONG_PAGE = 256 * 1024;

type Inflate = (
  bytes: Uint8Array,
  options: { maxOutputLength: number; chunkSize: number },
) => Promise<Uint8Array>;

const unzip: Inflate = promisify(zlib.gunzip);
const unbrotli: Inflate = promisify(zlib.brotliDecompress);

/** What stands in `Content-Encoding` and changes nothing: S3's stores keep how a body was once uploaded. */
const NO_CODING = new Set(['', 'identity', 'none', 'aws-chunked']);
const CODINGS: Readonly<Record<string, SentBody['encoding'] | 'zstd'>> = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  br: 'br',
  zstd: 'zstd',
};

/**
 * Unpacks a page as it was sent. In a thread: some megabytes take long enough for others to notice.
 * @param header `Content-Encoding`
 * @throws {Failure} upstream-broken where the encoding is unknown, or is not what it says
 */
export async function decodePage(
  bytes: Uint8Array,
  header: string,
  faults: Faults,
): Promise<{ body: Uint8Array; sent: SentBody }> {
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
  // What inflates is handed over piece by piece: a long page in few.
  const chunkSize = bytes.length > LONG_PAGE ? LONG_PAGE : 16 * 1024;
  try {
    const body = await inflate(bytes, { maxOutputLength: MAX_PAGE_BYTES, chunkSize });
    return {
      body,
      sent: encoding === 'zstd' ? { bytes: body, encoding: 'identity' } : { bytes, encoding },
    };
  } catch (cause) {
    throw faults.broken('sent a page whose compression cannot be undone', cause);
  }
}

/** Node reads zstd from 22.15 on. */
function inflaterOf(encoding: SentBody['encoding'] | 'zstd'): Inflate | undefined {
  if (encoding === 'gzip') return unzip;
  if (encoding === 'br') return unbrotli;
  const { zstdDecompress } = zlib as { zstdDecompress?: typeof zlib.brotliDecompress };
  return zstdDecompress && promisify(zstdDecompress);
}
