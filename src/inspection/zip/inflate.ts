import { crc32 } from 'node:zlib';
import type { ContentSink } from '../archive/content.js';
import { DeflateError, LONGEST_PIECE, RawInflater } from '../archive/raw-inflater.js';
import { inflateWhole, LONGEST_WHOLE } from '../archive/whole-inflater.js';
import type { ByteSource } from '../byte-source.js';
import { InspectionProblem } from '../finding-list.js';
import { DEFLATED, type ZipMember } from './zip-members.js';

const STORED_PIECE = 256 * 1024;
/** One for every reading of this thread: a piece is done with before the next is read. */
const PIECE = Buffer.allocUnsafeSlow(STORED_PIECE);

/** Inflaters that have done their work well: making one costs more than inflating a small member. */
const resting: RawInflater[] = [];
const MOST_RESTING = 4;

/**
 * Feeds a member's content to the sinks and verifies it: the deflate stream ends exactly at the directory's position,
 * and length and checksum are as declared. Feeds no more than the declared size.
 * @returns undefined if it is complete: most members require no waiting
 * @throws {InspectionProblem} `zip-data`, `zip-crc`; or rejects with it
 */
export function readContent(
  source: ByteSource,
  member: ZipMember,
  sinks: readonly ContentSink[],
  checkTime: () => void,
): Promise<void> | undefined {
  if (!isShort(member)) return readInPieces(source, member, sinks, checkTime);
  const coming = source.arrived?.(member.dataAt + member.compressed);
  if (coming === undefined) return readWhole(source, member, sinks, checkTime);
  return coming.then(() => readWhole(source, member, sinks, checkTime));
}

function isShort({ method, compressed, inflated }: ZipMember): boolean {
  return compressed <= PIECE.length && (method !== DEFLATED || inflated <= LONGEST_WHOLE);
}

/** A content that fails the check is read again to determine the problem. */
function readWhole(
  source: ByteSource,
  member: ZipMember,
  sinks: readonly ContentSink[],
  checkTime: () => void,
): Promise<void> | undefined {
  const packed = PIECE.subarray(0, member.compressed);
  source.readInto(packed, member.dataAt);
  const content = member.method === DEFLATED ? inflateWhole(packed, member.inflated) : packed;
  if (content?.length !== member.inflated || crc32(content) !== member.crc)
    return readInPieces(source, member, sinks, checkTime);
  if (content.length > 0)
    for (const sink of sinks) {
      if (sink.writeWhole === undefined) sink.write(content);
      else sink.writeWhole(content);
    }
  checkTime();
  return undefined;
}

async function readInPieces(
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
  if (member.method === DEFLATED) await inflate(source, member, take);
  else await forEachPiece(source, member, STORED_PIECE, take);
  if (length !== member.inflated) throw damaged(member, 'inflates to less than its declared size');
  if (crc !== member.crc)
    throw new InspectionProblem('zip-crc', `the checksum of ${member.path} does not match`, {
      member: member.path,
      offset: member.dataAt,
    });
}

async function inflate(
  source: ByteSource,
  member: ZipMember,
  take: (chunk: Buffer) => void,
): Promise<void> {
  const inflater = resting.pop() ?? new RawInflater();
  try {
    await forEachPiece(source, member, LONGEST_PIECE, (piece) => {
      for (const chunk of inflater.write(piece)) take(chunk);
    });
    for (const chunk of inflater.finish()) take(chunk);
  } catch (error) {
    inflater.close();
    throw error instanceof DeflateError ? damaged(member, 'is damaged or truncated') : error;
  }
  const { consumed } = inflater;
  rest(inflater);
  if (consumed !== member.compressed)
    throw damaged(member, 'ends before its declared compressed size');
}

function rest(inflater: RawInflater): void {
  if (resting.length === MOST_RESTING) return inflater.close();
  inflater.reset();
  resting.push(inflater);
}

/** A piece is only valid during the call. */
async function forEachPiece(
  source: ByteSource,
  member: ZipMember,
  longest: number,
  use: (piece: Buffer) => void,
): Promise<void> {
  for (let done = 0; done < member.compressed; ) {
    const piece = PIECE.subarray(0, Math.min(longest, member.compressed - done));
    const at = member.dataAt + done;
    await source.arrived?.(at + piece.length);
    source.readInto(piece, at);
    use(piece);
    done += piece.length;
  }
}

function damaged(member: ZipMember, what: string): InspectionProblem {
  return new InspectionProblem('zip-data', `the data of ${member.path} ${what}`, {
    member: member.path,
    offset: member.dataAt,
  });
}
