import { crc32 } from 'node:zlib';
import type { ByteSource } from '../byte-source.js';
import { inflateFrom } from '../feed-inflate.js';
import type { Report } from '../report.js';

const CHUNK = 256 * 1024;
const TRAILER = 8;

/**
 * Unpacks a gzip file (RFC 1952) that has exactly one member: readers differ in what they make of a second
 * one, and of bytes behind it. Header, CRC and length are checked here, because zlib's own reader passes over
 * what follows in silence.
 */
export async function* gunzip(source: ByteSource, report: Report): AsyncGenerator<Buffer> {
  const start = headerLength(source, report);
  const inflate = inflateFrom(source, start, source.size);
  let [crc, size] = [0, 0];
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      crc = crc32(chunk, crc);
      size += chunk.length;
      yield chunk;
    }
  } catch (error) {
    if ((error as { errno?: number }).errno === undefined) throw error;
    report.stop('compression-broken', 'its gzip stream is broken');
  } finally {
    inflate.destroy();
  }
  const end = start + inflate.bytesWritten;
  if (end + TRAILER > source.size) report.stop('compression-broken', 'its gzip stream is cut off');
  const trailer = source.read(end, TRAILER);
  if (trailer.readUInt32LE(0) !== crc || trailer.readUInt32LE(4) !== size % 2 ** 32)
    report.add('compression-broken', 'its gzip stream has a wrong checksum or length');
  checkRest(source, end + TRAILER, report);
}

/** The member's header, which may carry a name, a comment and extra bytes. */
function headerLength(source: ByteSource, report: Report): number {
  const head = source.read(0, Math.min(source.size, 64 * 1024));
  const unreadable = (): never => report.stop('compression-broken', 'it is not a gzip file');
  if (head.length < 18 || head[0] !== 0x1f || head[1] !== 0x8b || head[2] !== 8) unreadable();
  const flags = head[3]!;
  if ((flags & 0xe0) !== 0) unreadable();
  let at = 10;
  if ((flags & 0x04) !== 0) at += 2 + head.readUInt16LE(at);
  for (const flag of [0x08, 0x10]) {
    if ((flags & flag) === 0) continue;
    const end = head.indexOf(0, at);
    if (end === -1) unreadable();
    at = end + 1;
  }
  if ((flags & 0x02) !== 0) at += 2;
  if (at + TRAILER > source.size) unreadable();
  return at;
}

/** Zeros behind the member are padding to every reader; anything else is not. */
function checkRest(source: ByteSource, from: number, report: Report): void {
  if (from === source.size) return;
  const rest = source.read(from, Math.min(source.size - from, CHUNK));
  if (rest[0] === 0x1f && rest[1] === 0x8b)
    report.add('gzip-several-members', 'it is several gzip members one after the other', {
      offset: from,
    });
  else if (rest.some((byte) => byte !== 0) || source.size - from > CHUNK)
    report.add('gzip-trailing-data', `${source.size - from} bytes follow its gzip stream`, {
      offset: from,
    });
}
