import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream';
import { constants, createBrotliCompress, createBrotliDecompress } from 'node:zlib';
import type { RedisLine } from '../../redis/redis-line.js';
import { shortValue } from '../../redis/short-value.js';
import { MOST_PIECES, type OfferedFeed, PIECE } from './offered-feed.js';

/** A piece without an offer expires after this long, in milliseconds: its replica may have ended. */
const UNOFFERED = 10 * 60_000;
/** The timeout for a piece, in milliseconds; no client waits for it. */
const PATIENCE = 10_000;
/** Records are similar to each other: stronger compression takes far longer and saves little. */
const QUALITY = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

/** The data in Redis do not match the offer. */
export class DamagedFeed extends Error {}

/** The feed does not fit into Redis. */
export class LargeFeed extends Error {}

/** The store for a feed's pieces. */
export interface PieceStore {
  readonly line: Pick<RedisLine, 'ask'>;
  /** The key of a piece in one place, by its number. */
  readonly keyOf: (place: string, piece: number) => string;
  /** Aborted at the total timeout. */
  readonly signal: AbortSignal;
}

/**
 * Compresses a feed's body and stores it in Redis in pieces, so other commands never wait long.
 * @returns the number of pieces
 * @throws {LargeFeed}
 */
export async function putPieces(
  { line, keyOf, signal }: PieceStore,
  place: string,
  body: NodeJS.ReadableStream,
): Promise<number> {
  const packed = pipeline(body, createBrotliCompress(QUALITY), () => {});
  let count = 0;
  for await (const piece of inPieces(packed)) {
    if (count === MOST_PIECES) throw new LargeFeed('the feed is too large for Redis');
    signal.throwIfAborted();
    const key = keyOf(place, count);
    await line.ask((redis) => redis.set(key, piece, 'PX', UNOFFERED), PATIENCE);
    count += 1;
  }
  return count;
}

async function* inPieces(packed: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const chunk of packed as AsyncIterable<Buffer>) {
    held.push(chunk);
    size += chunk.length;
    if (size < PIECE) continue;
    const all = Buffer.concat(held, size);
    for (let at = 0; size - at >= PIECE; at += PIECE) yield all.subarray(at, at + PIECE);
    held = [all.subarray(size - (size % PIECE))];
    size %= PIECE;
  }
  if (size > 0) yield Buffer.concat(held, size);
}

/**
 * The body of a feed in Redis.
 * @throws {DamagedFeed} before its end if it does not match the offer; or Redis's error
 */
export async function* bodyOf(store: PieceStore, offer: OfferedFeed): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let bytes = 0;
  const body = pipeline(piecesOf(store, offer), createBrotliDecompress(), () => {});
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      // Anyone with write access to Redis may have stored data that decompress endlessly.
      if (bytes > offer.bytes) throw new DamagedFeed('the feed exceeds its announced size');
      hash.update(chunk);
      yield chunk;
    }
  } catch (error) {
    throw isOfZlib(error) ? new DamagedFeed('the feed cannot be decompressed') : error;
  }
  if (bytes !== offer.bytes || hash.digest('hex') !== offer.sha256)
    throw new DamagedFeed('the feed does not match its announced digest');
}

async function* piecesOf(
  { line, keyOf, signal }: PieceStore,
  { place, pieces }: OfferedFeed,
): AsyncGenerator<Buffer> {
  for (let piece = 0; piece < pieces; piece += 1) {
    signal.throwIfAborted();
    const key = keyOf(place, piece);
    const value = await line.ask((redis) => shortValue(redis, key, PIECE), PATIENCE);
    if (value === undefined || value.length === 0) throw new DamagedFeed('a piece is missing');
    yield value;
  }
}

function isOfZlib(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code?.startsWith('ERR_') === true || code?.startsWith('Z_') === true;
}
