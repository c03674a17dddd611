import type { ByteSource } from '../byte-source.js';
import { InspectionProblem } from '../finding-list.js';

const END = 0x06054b50;
const ZIP64_END = 0x06064b50;
const ZIP64_LOCATOR = 0x07064b50;
const END_SIZE = 22;
const LOCATOR_SIZE = 20;
const ZIP64_END_SIZE = 56;
const MAX_COMMENT = 0xffff;

/** The position of the central directory, according to the end record (or its zip64 form). */
export interface DirectoryPlace {
  readonly members: number;
  readonly offset: number;
  readonly size: number;
}

/**
 * Reads the end of the archive and restricts it to one interpretation: the end record closes the file, zip64 record and
 * locator (if any) directly precede it, the directory directly precedes those, and all agree (APPNOTE 4.3.14 to
 * 4.3.16).
 * @param window the bytes at the file's end that are searched: with less than the default, archives with a long comment
 * have no end record
 * @throws {InspectionProblem}
 */
export function readEndRecord(source: ByteSource, window = END_SIZE + MAX_COMMENT): DirectoryPlace {
  const { record, at } = findEndRecord(source, window);
  const plain = {
    disk: record.readUInt16LE(4),
    directoryDisk: record.readUInt16LE(6),
    membersHere: record.readUInt16LE(8),
    members: record.readUInt16LE(10),
    size: record.readUInt32LE(12),
    offset: record.readUInt32LE(16),
  };
  const wide = readZip64(source, at);
  if (wide === undefined) {
    if (plain.members === 0xffff || plain.size === 0xffffffff || plain.offset === 0xffffffff)
      throw new InspectionProblem(
        'zip-zip64',
        'the end record points to a zip64 record that is missing',
      );
    if (plain.disk !== 0 || plain.directoryDisk !== 0)
      throw new InspectionProblem(
        'zip-multi-disk',
        'the end record describes a multi-disk archive',
      );
    if (plain.membersHere !== plain.members)
      throw new InspectionProblem(
        'zip-end-record',
        'the end record has two different member counts',
      );
    mustEnd(plain.offset, plain.size, at);
    return plain;
  }
  const agree =
    (plain.disk === 0 || plain.disk === 0xffff) &&
    (plain.directoryDisk === 0 || plain.directoryDisk === 0xffff) &&
    (plain.membersHere === wide.members || plain.membersHere === 0xffff) &&
    (plain.members === wide.members || plain.members === 0xffff) &&
    (plain.size === wide.size || plain.size === 0xffffffff) &&
    (plain.offset === wide.offset || plain.offset === 0xffffffff);
  if (!agree)
    throw new InspectionProblem('zip-zip64', 'the zip64 end record contradicts the plain one', {
      offset: wide.at,
    });
  mustEnd(wide.offset, wide.size, wide.at);
  return wide;
}

function mustEnd(offset: number, size: number, at: number): void {
  if (offset + size !== at)
    throw new InspectionProblem(
      'zip-gap',
      `the central directory ends at byte ${offset + size}, but the end record starts at ${at}`,
      { offset: at },
    );
}

function findEndRecord(source: ByteSource, window: number): { record: Buffer; at: number } {
  const length = Math.min(source.size, window);
  const tail = source.read(source.size - length, length);
  const start = source.size - length;
  for (let i = tail.length - END_SIZE; i >= 0; i--) {
    if (tail.readUInt32LE(i) !== END) continue;
    const record = tail.subarray(i);
    const comment = record.subarray(END_SIZE);
    if (record.readUInt16LE(20) !== comment.length)
      throw new InspectionProblem(
        'zip-end-record',
        'the end record is not at the end of the file',
        {
          offset: start + i,
        },
      );
    // In a comment with a record's signature, two readers find two archives.
    if (comment.includes('PK'))
      throw new InspectionProblem(
        'zip-comment',
        'the comment of the archive looks like a zip record',
        {
          offset: start + i,
        },
      );
    return { record, at: start + i };
  }
  throw new InspectionProblem('zip-end-record', 'no end record: not a zip file');
}

function readZip64(source: ByteSource, endAt: number) {
  if (endAt < LOCATOR_SIZE) return undefined;
  const locator = source.read(endAt - LOCATOR_SIZE, LOCATOR_SIZE);
  if (locator.readUInt32LE(0) !== ZIP64_LOCATOR) return undefined;
  const at = endAt - LOCATOR_SIZE - ZIP64_END_SIZE;
  const bad = (why: string) => new InspectionProblem('zip-zip64', why, { offset: Math.max(at, 0) });
  if (at < 0 || locator.readBigUInt64LE(8) !== BigInt(at))
    throw bad('the zip64 end record is not directly before its locator');
  if (locator.readUInt32LE(4) !== 0 || locator.readUInt32LE(16) > 1)
    throw new InspectionProblem(
      'zip-multi-disk',
      'the zip64 locator describes a multi-disk archive',
    );
  const record = source.read(at, ZIP64_END_SIZE);
  if (record.readUInt32LE(0) !== ZIP64_END) throw bad('the zip64 end record is missing');
  if (record.readBigUInt64LE(4) !== BigInt(ZIP64_END_SIZE - 12))
    throw bad('the zip64 end record has an unexpected length');
  if (record.readUInt32LE(16) !== 0 || record.readUInt32LE(20) !== 0)
    throw new InspectionProblem(
      'zip-multi-disk',
      'the zip64 end record describes a multi-disk archive',
    );
  const members = safe(record.readBigUInt64LE(32));
  if (safe(record.readBigUInt64LE(24)) !== members) throw bad('two different member counts');
  const size = safe(record.readBigUInt64LE(40));
  const offset = safe(record.readBigUInt64LE(48));
  return { members, size, offset, at };
}

/** A 64-bit number that a file of today can have. @throws {InspectionProblem} */
export function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new InspectionProblem('zip-zip64', 'a 64-bit field is out of range');
  return Number(value);
}
