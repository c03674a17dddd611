import type { ByteSource } from '../byte-source.js';
import type { Report } from '../report.js';

/** Where the central directory lies, in bytes from the start of the file. */
export interface EndRecord {
  readonly directoryOffset: number;
  readonly directorySize: number;
  readonly entries: number;
  /** Where the zip64 end record, or else the end record, begins: the directory must end there. */
  readonly offset: number;
}

const END_SIZE = 22;
const ZIP64_END = 0x06064b50;
const ZIP64_END_SIZE = 56;
const ZIP64_LOCATOR = 0x07064b50;
const ZIP64_LOCATOR_SIZE = 20;
const MAX_COMMENT = 0xffff;

/**
 * Finds the end of the central directory (APPNOTE 4.3.14 to 4.3.16). Readers search it from the end of the
 * file in different ways, so exactly one may be there: its comment reaches the last byte, and the comment
 * holds no signature.
 */
export function readEndRecord(source: ByteSource, report: Report): EndRecord {
  const tailStart = Math.max(0, source.size - END_SIZE - MAX_COMMENT);
  const tail = source.read(tailStart, source.size - tailStart);
  const at = tail.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (at === -1 || tail.length - at < END_SIZE)
    report.stop('zip-unreadable', 'it has no end of central directory record');
  const record = tail.subarray(at);
  const offset = tailStart + at;
  const comment = record.readUInt16LE(20);
  if (END_SIZE + comment !== record.length)
    report.add('zip-gap', `${record.length - END_SIZE - comment} bytes follow the end record`, {
      offset,
    });
  if (comment > 0 && tail.indexOf('PK', at + END_SIZE, 'latin1') !== -1)
    report.add('zip-end-record-ambiguous', 'the archive comment holds a zip signature', { offset });
  const end = {
    disk: record.readUInt16LE(4),
    directoryDisk: record.readUInt16LE(6),
    entriesHere: record.readUInt16LE(8),
    entries: record.readUInt16LE(10),
    directorySize: record.readUInt32LE(12),
    directoryOffset: record.readUInt32LE(16),
  };
  const zip64 = readZip64(source, offset, report);
  if (zip64 === undefined) {
    if (end.directorySize === 0xffffffff || end.directoryOffset === 0xffffffff)
      report.stop(
        'zip-zip64-contradiction',
        'the end record refers to a zip64 record that is missing',
      );
    checkDisks(end, report);
    return { ...end, offset };
  }
  const agrees =
    agree(end.disk, 0xffff, zip64.disk) &&
    agree(end.directoryDisk, 0xffff, zip64.directoryDisk) &&
    agree(end.entriesHere, 0xffff, zip64.entriesHere) &&
    agree(end.entries, 0xffff, zip64.entries) &&
    agree(end.directorySize, 0xffffffff, zip64.directorySize) &&
    agree(end.directoryOffset, 0xffffffff, zip64.directoryOffset);
  if (!agrees)
    report.stop('zip-zip64-contradiction', 'the end record and the zip64 end record disagree');
  checkDisks(zip64, report);
  return zip64;
}

function readZip64(source: ByteSource, endOffset: number, report: Report) {
  const locatorOffset = endOffset - ZIP64_LOCATOR_SIZE;
  if (locatorOffset < 0) return undefined;
  const locator = source.read(locatorOffset, ZIP64_LOCATOR_SIZE);
  if (locator.readUInt32LE(0) !== ZIP64_LOCATOR) return undefined;
  const offset = Number(locator.readBigUInt64LE(8));
  const sound =
    locator.readUInt32LE(4) === 0 &&
    locator.readUInt32LE(16) <= 1 &&
    offset + ZIP64_END_SIZE === locatorOffset;
  if (!sound)
    report.stop('zip-zip64-contradiction', 'the zip64 end record is not where its locator says');
  const record = source.read(offset, ZIP64_END_SIZE);
  if (record.readUInt32LE(0) !== ZIP64_END || record.readBigUInt64LE(4) !== 44n)
    report.stop('zip-zip64-contradiction', 'the zip64 end record is not one');
  return {
    disk: record.readUInt32LE(16),
    directoryDisk: record.readUInt32LE(20),
    entriesHere: Number(record.readBigUInt64LE(24)),
    entries: Number(record.readBigUInt64LE(32)),
    directorySize: Number(record.readBigUInt64LE(40)),
    directoryOffset: Number(record.readBigUInt64LE(48)),
    offset,
  };
}

/** A field of the end record says what the zip64 record says, or that it stands there. */
function agree(field: number, sentinel: number, zip64: number): boolean {
  return field === sentinel || field === zip64;
}

function checkDisks(
  end: { disk: number; directoryDisk: number; entriesHere: number; entries: number },
  report: Report,
): void {
  if (end.disk !== 0 || end.directoryDisk !== 0 || end.entriesHere !== end.entries)
    report.stop('zip-several-disks', 'it claims to be part of an archive on several disks');
}
