import { promisify } from 'node:util';
import { brotliCompress, constants, createBrotliDecompress, createGunzip } from 'node:zlib';
import { Failure } from '../domain/failure.js';
import { collect } from '../runtime/collect.js';
import type { PageToStore, StoredPage } from './page-store.js';

const compress = promisify(brotliCompress);
const inflate = { gzip: createGunzip, br: createBrotliDecompress };
/** What inflates comes from a thread piece by piece: in few. */
const CHUNK = 256 * 1024;
/** No page is longer, in bytes, once unpacked. */
const MAX_PAGE = 64 * 1024 * 1024;

/** Waits for room for so many bytes more, where there is none; it rejects where there is none in time. */
export type Take = (bytes: number) => Promise<void> | undefined;

/** The first line. */
type Header = Omit<StoredPage, 'body'> & { encoding: 'gzip' | 'br'; bytes: number };

/**
 * An upstream's page as it is kept: one line of JSON that describes it, then its body, packed as it was sent; what was
 * sent unpacked is packed here.
 */
export async function packPage(page: PageToStore): Promise<Buffer> {
  const { sent, ...header } = page;
  const { encoding, bytes } = await packed(sent);
  const line = JSON.stringify({ ...header, encoding, bytes: bytes.length });
  return Buffer.concat([Buffer.from(`${line}\n`), bytes]);
}

/** The page, its body still packed; undefined where it is not whole. */
export function openPage(file: Uint8Array): PageToStore | undefined {
  const lineEnd = file.indexOf(0x0a);
  try {
    const line = Buffer.from(file.subarray(0, Math.max(0, lineEnd))).toString('utf8');
    const { bytes, encoding, ...header } = JSON.parse(line) as Header;
    const sent = { bytes: file.subarray(lineEnd + 1), encoding };
    const isWhole =
      sent.bytes.length === bytes &&
      Object.hasOwn(inflate, encoding) &&
      typeof header.url === 'string' &&
      typeof header.contentType === 'string' &&
      typeof header.checkedAt === 'number';
    return isWhole ? { ...header, sent } : undefined;
  } catch {
    return undefined;
  }
}

/** @returns undefined where the body cannot be unpacked: the page is fetched again */
export async function unpackPage(
  { sent, ...header }: PageToStore,
  take: Take,
): Promise<StoredPage | undefined> {
  const { bytes, encoding } = sent;
  if (encoding === 'identity') return { ...header, body: bytes };
  try {
    await take(bytes.length);
    const inflating = inflate[encoding]({ chunkSize: CHUNK });
    inflating.end(bytes);
    return { ...header, body: await collect(inflating, MAX_PAGE, tooLong, take) };
  } catch (error) {
    // Too little room says nothing of the page.
    if (error instanceof Failure) throw error;
    return undefined;
  }
}

async function packed(sent: PageToStore['sent']): Promise<PageToStore['sent']> {
  if (sent.encoding !== 'identity') return sent;
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
  return { encoding: 'br', bytes: await compress(sent.bytes, quality) };
}

function tooLong(): Error {
  return new RangeError(`a page is limited to ${MAX_PAGE} bytes`);
}
