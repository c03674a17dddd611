import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream';
import { constants, createBrotliCompress, createBrotliDecompress } from 'node:zlib';
import type { RedisLine } from '../../redis/redis-line.js';
import { shortValue } from '../../redis/short-value.js';
import { MOST_PIECES, type OfferedFeed, PIECE } from './offered-feed.js';

/** A piece that nobody has offered yet goes after so long, in milliseconds: its replica may have ended. */
const UNOFFERED = 10 * 60_000;
/** Nobody's request waits for a piece, in milliseconds. */
const PATIENCE = 10_000;
/** Records are much alike: better compression takes far longer and saves little. */
const QUALITY = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

/** What lies in Redis is not what was put there. */
export class DamagedFeed extends Error {}

/** A feed does not fit into Redis. */
export class LargeFeed extends Error {}

/** What a feed's pieces are read from and written to. */
export interface PieceStore {
  readonly line: Pick<RedisLine, 'ask'>;
  /** The keys of the pieces in one place, by their numbers. */
  readonly keyOf: (place: string, piece: number) => string;
  /** Aborted where it takes too long altogether. */
  readonly signal: AbortSignal;
}

/**
 * Compresses a feed's body and puts it into Redis, piece by piece: no other question waits long behind one.
 * @returns how many pieces that took
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
 * The body of a feed out of Redis.
 * @throws {DamagedFeed} before its end where it is not what was offered; what Redis fails with
 */
export async function* bodyOf(store: PieceStore, offer: OfferedFeed): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let bytes = 0;
  const body = pipeline(piecesOf(store, offer), createBrotliDecompress(), () => {});
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      // Who can write to Redis may have put there what inflates without end.
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
