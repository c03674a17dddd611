import { Readable } from 'node:stream';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import type { ContentSink } from '../archive/content.js';
import type { ByteSource } from '../byte-source.js';
import { InspectionProblem } from '../finding-list.js';
import { DEFLATED, type ZipMember } from './zip-members.js';

/** Members up to this many bytes are inflated in one call: a stream costs more than they do. */
const ONE_CALL = 1024 * 1024;
const CHUNK = 256 * 1024;

/**
 * Feeds a member's content to the sinks and proves it: the deflate stream ends exactly where the directory
 * says, the length and the checksum are the declared ones. Never inflates beyond the declared size.
 * @throws {InspectionProblem} `zip-data`, `zip-crc`
 */
export async function readContent(
  source: ByteSource,
  member: ZipMember,
  sinks: readonly ContentSink[],
  checkTime: () => void,
): Promise<void> {
  let length = 0;
  let crc = 0;
  const take = (chunk: Buffer): void => {
    length += chunk.length;
    if (length > member.inflated) throw damaged(member, 'inflates beyond its declared size');
    crc = crc32(chunk, crc);
    for (const sink of sinks) sink.write(chunk);
    checkTime();
  };
  if (member.method !== DEFLATED) await copyStored(source, member, take);
  else if (member.inflated <= ONE_CALL && member.compressed <= 2 * ONE_CALL) {
    await source.arrived?.(member.dataAt + member.compressed);
    inflateAtOnce(source, member, take);
  } else await inflateInPieces(source, member, take);
  if (length !== member.inflated) throw damaged(member, 'inflates to less than its declared size');
  if (crc !== member.crc)
    throw new InspectionProblem('zip-crc', `the checksum of ${member.path} does not match`, {
      member: member.path,
      offset: member.dataAt,
    });
}

async function copyStored(
  source: ByteSource,
  member: ZipMember,
  take: (chunk: Buffer) => void,
): Promise<void> {
  for await (const chunk of pieces(source, member)) take(chunk);
}

function inflateAtOnce(source: ByteSource, member: ZipMember, take: (chunk: Buffer) => void): void {
  const packed = source.read(member.dataAt, member.compressed);
  let result: { buffer: Buffer; engine: { bytesWritten: number } };
  try {
    // One byte more than declared, so that a stream that goes on is seen to do so.
    result = inflateRawSync(packed, {
      info: true,
      maxOutputLength: member.inflated + 1,
      chunkSize: Math.max(64, Math.min(member.inflated + 1, ONE_CALL)),
    }) as unknown as typeof result;
  } catch {
    throw damaged(member, 'does not inflate to its declared size');
  }
  if (result.engine.bytesWritten !== member.compressed)
    throw damaged(member, 'ends before its declared compressed size');
  take(result.buffer);
}

async function inflateInPieces(
  source: ByteSource,
  member: ZipMember,
  take: (chunk: Buffer) => void,
): Promise<void> {
  const feed = Readable.from(pieces(source, member), { objectMode: false, highWaterMark: CHUNK });
  const inflate = createInflateRaw({ chunkSize: CHUNK });
  feed.on('error', (error) => inflate.destroy(error));
  feed.pipe(inflate);
  try {
    for await (const chunk of inflate) take(chunk as Buffer);
  } catch (error) {
    if (error instanceof InspectionProblem || !isZlibError(error)) throw error;
    throw damaged(member, 'is damaged');
  } finally {
    feed.destroy();
    inflate.destroy();
  }
  if (inflate.bytesWritten !== member.compressed)
    throw damaged(member, 'ends before its declared compressed size');
}

function isZlibError(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && code.startsWith('Z_');
}

async function* pieces(source: ByteSource, member: ZipMember): AsyncGenerator<Buffer> {
  for (let done = 0; done < member.compressed; done += CHUNK) {
    const length = Math.min(CHUNK, member.compressed - done);
    await source.arrived?.(member.dataAt + done + length);
    yield source.read(member.dataAt + done, length);
  }
}

function damaged(member: ZipMember, what: string): InspectionProblem {
  return new InspectionProblem('zip-data', `the data of ${member.path} ${what}`, {
    member: member.path,
    offset: member.dataAt,
  });
}
