import { constants, crc32, inflateRawSync } from 'node:zlib';
import type { ByteSource } from '../byte-source.js';
import { inflateFrom } from '../feed-inflate.js';
import { type Report, shown } from '../report.js';
import type { PlacedEntry } from './local-headers.js';

const CHUNK = 1024 * 1024;
/** Entries up to here are inflated in one call; larger ones in a stream, so that memory stays bounded. */
const AT_ONCE = 4 * 1024 * 1024;

/** Takes a member's content piece by piece. */
export type Sink = (chunk: Buffer) => void;

export const STORED = 0;
export const DEFLATED = 8;

/**
 * Unpacks one entry into a sink, never further than the size that the directory declares, and checks that
 * size, the CRC, and that the deflate stream ends exactly where the directory says: a streaming reader goes by
 * the stream's own end.
 * @returns whether all of that held; the sink has then seen the whole content.
 */
export async function inflateEntry(
  source: ByteSource,
  entry: PlacedEntry,
  report: Report,
  sink: Sink,
): Promise<boolean> {
  const { uncompressedSize, compressedSize } = entry;
  const member = shown(entry.name);
  const wrong = (what: string): false => {
    report.add('zip-data-mismatch', `${member} ${what}`, { member, offset: entry.dataOffset });
    return false;
  };
  let crc = 0;
  let size = 0;
  const take: Sink = (chunk) => {
    report.countInflated(chunk.length);
    size += chunk.length;
    crc = crc32(chunk, crc);
    sink(chunk);
  };
  let consumed: number;
  if (entry.method === STORED) {
    if (compressedSize !== uncompressedSize) return wrong('is stored with two different sizes');
    for (let at = 0; at < compressedSize; at += CHUNK)
      take(source.read(entry.dataOffset + at, Math.min(CHUNK, compressedSize - at)));
    consumed = compressedSize;
  } else {
    try {
      consumed =
        compressedSize <= AT_ONCE && uncompressedSize <= AT_ONCE
          ? inflateAtOnce(source, entry, take)
          : await inflateInStream(source, entry, take);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      return wrong('cannot be unpacked to its declared size');
    }
  }
  if (consumed !== compressedSize) return wrong('ends before its packed data does');
  if (size !== uncompressedSize) return wrong(`unpacks to ${size} bytes, not ${uncompressedSize}`);
  if (crc !== entry.crc32) return wrong('has another CRC than its header says');
  return true;
}

function inflateAtOnce(source: ByteSource, entry: PlacedEntry, take: Sink): number {
  const packed = source.read(entry.dataOffset, entry.compressedSize);
  // One byte more than declared is enough to see that it is too long.
  const { buffer, engine } = inflateRawSync(packed, {
    info: true,
    maxOutputLength: entry.uncompressedSize + 1,
    finishFlush: constants.Z_FINISH,
  }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
  take(buffer);
  return engine.bytesWritten;
}

async function inflateInStream(
  source: ByteSource,
  entry: PlacedEntry,
  take: Sink,
): Promise<number> {
  const { dataOffset, compressedSize } = entry;
  const inflate = inflateFrom(source, dataOffset, dataOffset + compressedSize);
  let size = 0;
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > entry.uncompressedSize) throw tooLong();
      take(chunk);
    }
  } finally {
    inflate.destroy();
  }
  return inflate.bytesWritten;
}

function tooLong(): Error {
  return Object.assign(new Error('longer than declared'), { code: 'ERR_BUFFER_TOO_LARGE' });
}
