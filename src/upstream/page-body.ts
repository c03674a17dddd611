import * as zlib from 'node:zlib';
import { Failure } from '../domain/failure.js';
import { collect } from '../runtime/collect.js';
import type { Holding } from '../runtime/memory-budget.js';
import type { Faults } from './faults.js';
import type { Answer } from './requests.js';
import type { Coding, ReceiveBody, SentBody } from './upstream.js';

/** As it was sent, and unpacked: the longest pages of PyPI have a third of it. */
export const MAX_PAGE_BYTES = 64 * 1024 * 1024;
/** PyPI's list of all projects has some 40 MB, unpacked. */
export const MAX_LIST_BYTES = 128 * 1024 * 1024;
const LONG_PAGE = 256 * 1024;

/** What stands in `Content-Encoding` and changes nothing: S3's stores keep how a body was once uploaded. */
const NO_CODING = new Set(['', 'identity', 'none', 'aws-chunked']);
const CODINGS: Readonly<Record<string, Coding>> = {
  identity: 'identity',
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
  const coding = codingOf(headers, faults);
  const bytes = await collect(body, most, tooLong, take).catch((error: unknown) => {
    throw error instanceof Failure ? error : faults.unreachable(error);
  });
  checkLength(headers, bytes.length, faults);
  if (coding === 'identity') return { body: bytes, sent: { bytes, encoding: coding } };
  // What inflates comes from a thread piece by piece: a long page in few.
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

/** Hands the list of projects over as it comes. @throws {Failure} upstream-broken, upstream-unreachable */
export async function passListBody(
  { body, headers }: Answer,
  faults: Faults,
  receive: ReceiveBody,
): Promise<{ encoding: Coding }> {
  const encoding = codingOf(headers, faults);
  let bytes = 0;
  let ownError: unknown;
  async function* counted(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        bytes += chunk.length;
        if (bytes > MAX_LIST_BYTES) throw faults.broken(`sent a list over ${MAX_LIST_BYTES} bytes`);
        yield chunk;
      }
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

/** Undoes a body's coding, piece by piece, in a thread. */
export function inflater(
  coding: Exclude<Coding, 'identity'>,
  chunkSize: number,
): zlib.Gunzip | zlib.BrotliDecompress {
  if (coding === 'gzip') return zlib.createGunzip({ chunkSize });
  if (coding === 'br') return zlib.createBrotliDecompress({ chunkSize });
  return createZstdDecompress!({ chunkSize });
}

/** Node reads zstd from 22.15 on. */
const { createZstdDecompress } = zlib as {
  createZstdDecompress?: (options: { chunkSize: number }) => zlib.BrotliDecompress;
};

/** @throws {Failure} upstream-broken where nobody here knows it */
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

/** @throws {Failure} upstream-broken where it was announced otherwise */
function checkLength(
  { 'content-length': announced }: Answer['headers'],
  bytes: number,
  faults: Faults,
): void {
  const expected = Number(announced ?? bytes);
  if (expected !== bytes) throw faults.broken(`sent ${bytes} of ${expected} bytes of a page`);
}
