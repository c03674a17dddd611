import { promisify } from 'node:util';
import { brotliCompress, constants, createBrotliDecompress, createGunzip } from 'node:zlib';
import { Failure } from '../domain/failure.js';
import { collect } from '../runtime/collect.js';
import type { PageToStore, StoredPage } from './page-store.js';

const compress = promisify(brotliCompress);
const inflate = { gzip: createGunzip, br: createBrotliDecompress };
/** Decompressed data arrive from a thread in chunks; larger chunks reduce their number. */
const CHUNK = 256 * 1024;
/** Maximum length of a decompressed page, in bytes. */
const MAX_PAGE = 64 * 1024 * 1024;

/** Waits for room for this many more bytes, if there is none; rejects on a timeout. */
export type Take = (bytes: number) => Promise<void> | undefined;

/** The first line. */
type Header = Omit<StoredPage, 'body'> & { encoding: 'gzip' | 'br'; bytes: number };

/**
 * An upstream's page in storage format: one line of JSON with its metadata, then its body, compressed as it was sent,
 * or compressed here.
 */
export async function packPage(page: PageToStore): Promise<Buffer> {
  const { sent, ...header } = page;
  const { encoding, bytes } = await packed(sent);
  const line = JSON.stringify({ ...header, encoding, bytes: bytes.length });
  return Buffer.concat([Buffer.from(`${line}\n`), bytes]);
}

/** The page with its compressed body; undefined if it is incomplete. */
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

/** @returns undefined if the body cannot be decompressed: the page is fetched again */
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
    // A lack of room does not mean that the page is damaged.
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
