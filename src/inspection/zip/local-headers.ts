import type { ByteSource } from '../byte-source.js';
import { type Report, shown } from '../report.js';
import type { ZipEntry } from './central-directory.js';
import type { EndRecord } from './end-record.js';
import { readExtra, type Zip64Numbers } from './extra-fields.js';

/** An entry whose two headers agree, and where its packed bytes begin. */
export interface PlacedEntry extends ZipEntry {
  readonly dataOffset: number;
  readonly hasDescriptor: boolean;
}

const SIGNATURE = 0x04034b50;
const HEADER_SIZE = 30;
const DESCRIPTOR = 0x08074b50;
const DESCRIPTOR_FLAG = 0x0008;

/**
 * Holds each local header against its entry in the central directory, and checks that together they tile the
 * file from its first byte to the directory: nothing in front, between or behind, so that a reader of local
 * headers sees what a reader of the directory sees.
 */
export function placeEntries(
  source: ByteSource,
  entries: readonly ZipEntry[],
  end: EndRecord,
  report: Report,
): PlacedEntry[] {
  const ordered = [...entries].sort((a, b) => a.localOffset - b.localOffset);
  const placed: PlacedEntry[] = [];
  let expected = 0;
  for (const [index, entry] of ordered.entries()) {
    const offset = entry.localOffset;
    if (offset !== expected)
      report.stop(
        offset > expected ? 'zip-gap' : 'zip-overlap',
        `${shown(entry.name)} begins at byte ${offset}, where byte ${expected} was expected`,
        { member: shown(entry.name), offset },
      );
    const next = ordered[index + 1]?.localOffset ?? end.directoryOffset;
    placed.push(placeEntry(source, entry, next, report));
    expected = next;
  }
  if (expected !== end.directoryOffset)
    report.stop('zip-gap', `${end.directoryOffset} bytes come before the first entry`);
  return placed;
}

function placeEntry(
  source: ByteSource,
  entry: ZipEntry,
  next: number,
  report: Report,
): PlacedEntry {
  const { localOffset, compressedSize } = entry;
  const member = shown(entry.name);
  const evidence = { member, offset: localOffset };
  if (localOffset + HEADER_SIZE > next)
    report.stop('zip-overlap', `${member} has no room for its header`, evidence);
  const header = source.read(localOffset, HEADER_SIZE);
  if (header.readUInt32LE(0) !== SIGNATURE)
    report.stop('zip-directory-mismatch', `${member} has no local header`, evidence);
  const nameLength = header.readUInt16LE(26);
  const extraLength = header.readUInt16LE(28);
  const dataOffset = localOffset + HEADER_SIZE + nameLength + extraLength;
  const dataEnd = dataOffset + compressedSize;
  if (dataEnd > next)
    report.stop('zip-overlap', `${member} reaches into what follows it`, evidence);
  const rest = source.read(localOffset + HEADER_SIZE, nameLength + extraLength);
  const differ = (what: string): void =>
    report.add(
      'zip-directory-mismatch',
      `${member} has another ${what} in its local header than in the directory`,
      evidence,
    );
  const rawName = rest.subarray(0, nameLength);
  if (!rawName.equals(entry.rawName)) differ('name');
  const flags = header.readUInt16LE(6);
  if (flags !== entry.flags) differ('set of flags');
  if (header.readUInt16LE(8) !== entry.method) differ('method');
  const numbers: Zip64Numbers = {
    compressedSize: header.readUInt32LE(18),
    uncompressedSize: header.readUInt32LE(22),
  };
  const zip64 = readExtra(rest.subarray(nameLength), rawName, numbers, report);
  const crc32 = header.readUInt32LE(14);
  const hasDescriptor = (flags & DESCRIPTOR_FLAG) !== 0;
  // With a descriptor the header may leave the numbers out, all three together.
  const blank =
    hasDescriptor && crc32 === 0 && numbers.compressedSize === 0 && numbers.uncompressedSize === 0;
  if (!blank) {
    if (crc32 !== entry.crc32) differ('CRC');
    if (numbers.compressedSize !== compressedSize) differ('packed size');
    if (numbers.uncompressedSize !== entry.uncompressedSize) differ('size');
  }
  if (hasDescriptor) checkDescriptor(source, entry, dataEnd, next, zip64, report);
  else if (dataEnd !== next)
    report.stop('zip-gap', `${next - dataEnd} bytes follow ${member} that no entry accounts for`, {
      member,
      offset: dataEnd,
    });
  return { ...entry, dataOffset, hasDescriptor };
}

/** A descriptor (APPNOTE 4.3.9) comes with and without a signature, with 4 or 8 bytes a size: its length tells. */
function checkDescriptor(
  source: ByteSource,
  entry: ZipEntry,
  at: number,
  next: number,
  zip64: boolean,
  report: Report,
): void {
  const member = shown(entry.name);
  const length = next - at;
  if (![12, 16, 20, 24].includes(length))
    report.stop(
      'zip-gap',
      `${length} bytes follow ${member} where a data descriptor was expected`,
      {
        member,
        offset: at,
      },
    );
  const bytes = source.read(at, length);
  const signed = length === 16 || length === 24;
  const wide = length >= 20;
  const body = signed ? bytes.subarray(4) : bytes;
  const sizeAt = (index: number): number =>
    wide ? Number(body.readBigUInt64LE(4 + index * 8)) : body.readUInt32LE(4 + index * 4);
  const agrees =
    (!signed || bytes.readUInt32LE(0) === DESCRIPTOR) &&
    (zip64 || !wide || entry.uncompressedSize > 0xffffffff) &&
    body.readUInt32LE(0) === entry.crc32 &&
    sizeAt(0) === entry.compressedSize &&
    sizeAt(1) === entry.uncompressedSize;
  if (!agrees)
    report.stop(
      'zip-directory-mismatch',
      `${member} has a data descriptor that disagrees with the directory`,
      { member, offset: at },
    );
}
