import { crc32 } from 'node:zlib';
import { DeflateError, LONGEST_PIECE, RawInflater } from '../archive/raw-inflater.js';
import type { ByteSource } from '../byte-source.js';
import { InspectionProblem } from '../finding-list.js';

const FLAG_HEADER_CRC = 2;
const FLAG_EXTRA = 4;
const FLAG_NAME = 8;
const FLAG_COMMENT = 16;

/**
 * Inflates a file that is exactly one gzip member (RFC 1952). Some readers continue after the first member and some
 * stop, so no data may follow; zero bytes of padding are accepted, because all readers ignore them.
 * @throws {InspectionProblem} `gzip-malformed`, `gzip-trailing`
 */
export function* gunzip(source: ByteSource): Generator<Buffer> {
  const start = headerLength(source);
  const inflater = new RawInflater();
  let crc = 0;
  let length = 0;
  try {
    for (const chunk of inflate(inflater, pieces(source, start))) {
      crc = crc32(chunk, crc);
      length += chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw error instanceof DeflateError ? malformed('its data is damaged or truncated') : error;
  } finally {
    inflater.close();
  }
  checkTrailer(source, start + inflater.consumed, crc, length);
}

/** Stops at the end of the deflate stream. @throws {DeflateError} */
function* inflate(inflater: RawInflater, pieces: Iterable<Buffer>): Generator<Buffer> {
  let given = 0;
  for (const piece of pieces) {
    given += piece.length;
    yield* inflater.write(piece);
    if (inflater.consumed < given) break;
  }
  yield* inflater.finish();
}

function* pieces(source: ByteSource, start: number): Generator<Buffer> {
  for (let at = start; at < source.size; at += LONGEST_PIECE)
    yield source.read(at, Math.min(LONGEST_PIECE, source.size - at));
}

/** The header's length; its name and comment may not be longer than any real one. */
function headerLength(source: ByteSource): number {
  const head = source.read(0, Math.min(source.size, 128 * 1024));
  if (head.length < 18 || head[0] !== 0x1f || head[1] !== 0x8b || head[2] !== 8)
    throw malformed('not a gzip file');
  const flags = head[3]!;
  if ((flags & 0xe0) !== 0) throw malformed('its header has reserved flags');
  let at = 10;
  if ((flags & FLAG_EXTRA) !== 0) at += 2 + head.readUInt16LE(at);
  for (const flag of [FLAG_NAME, FLAG_COMMENT]) {
    if ((flags & flag) === 0) continue;
    const end = head.indexOf(0, at);
    if (end === -1) throw malformed('its header is truncated');
    at = end + 1;
  }
  if ((flags & FLAG_HEADER_CRC) !== 0) {
    if (at + 2 > head.length || head.readUInt16LE(at) !== (crc32(head.subarray(0, at)) & 0xffff))
      throw malformed('header checksum mismatch');
    at += 2;
  }
  if (at > head.length) throw malformed('its header is truncated');
  return at;
}

function checkTrailer(source: ByteSource, at: number, crc: number, length: number): void {
  if (at + 8 > source.size) throw malformed('its trailer is missing');
  const trailer = source.read(at, 8);
  if (trailer.readUInt32LE(0) !== crc || trailer.readUInt32LE(4) !== length % 2 ** 32)
    throw malformed('checksum or length mismatch');
  for (const chunk of pieces(source, at + 8))
    if (chunk.some((byte) => byte !== 0))
      throw new InspectionProblem(
        'gzip-trailing',
        `data follows the gzip member at byte ${at + 8}`,
        {
          offset: at + 8,
        },
      );
}

function malformed(why: string): InspectionProblem {
  return new InspectionProblem('gzip-malformed', `the gzip stream cannot be read: ${why}`);
}
