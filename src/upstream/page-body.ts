import * as zlib from 'node:zlib';
import { Failure } from '../domain/failure.js';
import { endsUnmarked } from '../runtime/body-end.js';
import { collect } from '../runtime/collect.js';
import type { Holding } from '../runtime/memory-budget.js';
import type { Faults } from './faults.js';
import type { Answer } from './requests.js';
import type { Coding, ReceiveBody, SentBody } from './upstream.js';

/** The limit of a page, as sent and decompressed: three times PyPI's longest pages. */
export const MAX_PAGE_BYTES = 64 * 1024 * 1024;
/** PyPI's list of all projects has about 40 MB decompressed. */
export const MAX_LIST_BYTES = 128 * 1024 * 1024;
const LONG_PAGE = 256 * 1024;

/** The end of an HTML page or JSON document. Comments may follow, such as PyPI's serial number. */
const END = /(?:\}|<\/html\s*>)(?:\s|<!--[\s\S]*?-->)*$/i;
/** The part of a page that is searched for its end, in bytes. */
const END_BYTES = 1_024;

/** Values of `Content-Encoding` without an effect: S3's stores keep the one of an upload. */
const NO_CODING = new Set(['', 'identity', 'none', 'aws-chunked']);
const CODINGS: Readonly<Record<string, Coding>> = {
  identity: 'identity',
  gzip: 'gzip',
  'x-gzip': 'gzip',
  br: 'br',
  zstd: 'zstd',
};

/**
 * Reads a page's body and decompresses it.
 * @param most the maximum number of bytes, as sent and decompressed
 * @param holding reserves the memory, piece by piece, because a page may decompress to a thousand times its size
 * @throws {Failure} upstream-broken, upstream-unreachable; overloaded if there is no room
 */
export async function readPageBody(
  { body, headers }: Answer,
  most: number,
  faults: Faults,
  holding?: Holding,
): Promise<{ body: Uint8Array; sent: SentBody }> {
  const take = (bytes: number) => holding?.take(bytes);
  const tooLong = () => faults.broken(`sent a page over ${most} bytes`);
  const coding = codingOf(headers, faults);
  const bytes = await collect(body, most, tooLong, take).catch((error: unknown) => {
    throw error instanceof Failure ? error : faults.unreachable(error);
  });
  checkLength(headers, bytes.length, faults);
  if (coding === 'identity') {
    checkEnd(headers, bytes, faults);
    return { body: bytes, sent: { bytes, encoding: coding } };
  }
  // Decompressed data arrive from a thread in chunks; larger chunks reduce their number for a long page.
  const inflating = inflater(coding, bytes.length > LONG_PAGE ? LONG_PAGE : 16 * 1024);
  inflating.end(bytes);
  const unpacked = await collect(inflating, most, tooLong, take).catch((error: unknown) => {
    if (error instanceof Failure) throw error;
    throw faults.broken('sent a page that cannot be decompressed', error);
  });
  const sent: SentBody =
    coding === 'zstd' ? { bytes: unpacked, encoding: 'identity' } : { bytes, encoding: coding };
  return { body: unpacked, sent };
}

/** Passes the list of projects on as it arrives. @throws {Failure} upstream-broken, upstream-unreachable */
export async function passListBody(
  { body, headers }: Answer,
  faults: Faults,
  receive: ReceiveBody,
): Promise<{ encoding: Coding }> {
  const encoding = codingOf(headers, faults);
  let bytes = 0;
  let end: Uint8Array = new Uint8Array();
  let ownError: unknown;
  async function* counted(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        bytes += chunk.length;
        if (bytes > MAX_LIST_BYTES) throw faults.broken(`sent a list over ${MAX_LIST_BYTES} bytes`);
        end = chunk.length < END_BYTES ? Buffer.concat([end, chunk]).subarray(-END_BYTES) : chunk;
        yield chunk;
      }
      // A compressed body marks its own end.
      if (encoding === 'identity') checkEnd(headers, end, faults);
    } catch (error) {
      ownError = error instanceof Failure ? error : faults.unreachable(error);
      throw ownError;
    }
  }
  try {
    await receive(counted());
  } catch (error) {
    throw ownError ?? error;
  }
  checkLength(headers, bytes, faults);
  return { encoding };
}

/** Decompresses a body piece by piece, in a thread. */
export function inflater(
  coding: Exclude<Coding, 'identity'>,
  chunkSize: number,
): zlib.Gunzip | zlib.BrotliDecompress {
  if (coding === 'gzip') return zlib.createGunzip({ chunkSize });
  if (coding === 'br') return zlib.createBrotliDecompress({ chunkSize });
  return createZstdDecompress!({ chunkSize });
}

/** Node supports zstd from 22.15 on. */
const { createZstdDecompress } = zlib as {
  createZstdDecompress?: (options: { chunkSize: number }) => zlib.BrotliDecompress;
};

/** @throws {Failure} upstream-broken if it is not supported */
function codingOf({ 'content-encoding': given = '' }: Answer['headers'], faults: Faults): Coding {
  const header = [given].flat().join();
  const [first = 'identity', ...more] = header
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => !NO_CODING.has(coding));
  const coding = more.length === 0 ? CODINGS[first] : undefined;
  if (coding !== undefined && (coding !== 'zstd' || createZstdDecompress !== undefined))
    return coding;
  throw faults.broken(`sent a page in the encoding ${header}, which was not requested`);
}

/** A page that is cut off hides releases. @throws {Failure} upstream-broken if nothing shows that it is complete */
function checkEnd(headers: Answer['headers'], body: Uint8Array, faults: Faults): void {
  if (!endsUnmarked(headers)) return;
  const end = Buffer.from(body.subarray(-END_BYTES)).toString('latin1');
  if (!END.test(end)) throw faults.broken('sent a page without its length, and without its end');
}

/** @throws {Failure} upstream-broken if it differs from the announced one */
function checkLength(
  { 'content-length': announced }: Answer['headers'],
  bytes: number,
  faults: Faults,
): void {
  const expected = Number(announced ?? bytes);
  if (expected !== bytes) throw faults.broken(`sent ${bytes} of ${expected} bytes of a page`);
}
