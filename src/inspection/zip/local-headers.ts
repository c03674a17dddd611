import { counted } from '../../domain/plural.js';
import { type ByteSource, ForwardView } from '../byte-source.js';
import { type Evidence, type FindingList, InspectionProblem } from '../finding-list.js';
import type { DirectoryEntry } from './central-directory.js';
import { readExtraFields } from './extra-fields.js';

const STORED = 0;
const LOCAL = 0x04034b50;
const LOCAL_SIZE = 30;
const DESCRIPTOR = 0x08074b50;
export const FLAG_DESCRIPTOR = 0x0008;

/**
 * Walks the local headers from byte 0 to the directory, as a streaming reader would, and compares each with its entry:
 * same name, flags, method, sizes, checksum; no byte before, between or after them.
 * @param directoryAt start of the central directory
 * @returns the start of each entry's data, in the entries' order
 * @throws {InspectionProblem} if the walk cannot continue
 */
export function walkLocalHeaders(
  source: ByteSource,
  entries: readonly DirectoryEntry[],
  directoryAt: number,
  findings: FindingList,
): number[] {
  const view = new ForwardView(source);
  const order = entries
    .map((_, index) => index)
    .sort((a, b) => entries[a]!.offset - entries[b]!.offset);
  const dataAt = new Array<number>(entries.length).fill(0);
  let expected = 0;
  order.forEach((index, rank) => {
    const entry = entries[index]!;
    if (entry.offset !== expected) throw misplaced(entry, expected);
    const next = order[rank + 1];
    const end = next === undefined ? directoryAt : entries[next]!.offset;
    const local = readLocalHeader(view, entry, directoryAt, findings);
    dataAt[index] = local.dataAt;
    const dataEnd = local.dataAt + entry.compressed;
    expected =
      (entry.flags & FLAG_DESCRIPTOR) === 0
        ? dataEnd
        : dataEnd + checkDescriptor(view, entry, dataEnd, end, local.zip64);
  });
  if (expected !== directoryAt)
    throw new InspectionProblem(
      expected < directoryAt ? 'zip-gap' : 'zip-overlap',
      `the last member ends at byte ${expected}, but the directory starts at ${directoryAt}`,
      { offset: Math.min(expected, directoryAt) },
    );
  return dataAt;
}

function misplaced(entry: DirectoryEntry, expected: number): InspectionProblem {
  const member = entry.rawName;
  return entry.offset > expected
    ? new InspectionProblem(
        'zip-gap',
        `${counted(entry.offset - expected, 'byte')} before ${member} outside any member`,
        { member, offset: expected },
      )
    : new InspectionProblem('zip-overlap', `${member} starts inside another member`, {
        member,
        offset: entry.offset,
      });
}

function readLocalHeader(
  view: ForwardView,
  entry: DirectoryEntry,
  directoryAt: number,
  findings: FindingList,
): { dataAt: number; zip64: boolean } {
  if (entry.offset + LOCAL_SIZE > directoryAt) throw cutShort(entry);
  let at = view.find(entry.offset, LOCAL_SIZE);
  if (view.data.getUint32(at, true) !== LOCAL)
    throw new InspectionProblem(
      'zip-local-header',
      `${entry.rawName} has no local header`,
      evidenceOf(entry),
    );
  const nameLength = view.data.getUint16(at + 26, true);
  const length = LOCAL_SIZE + nameLength + view.data.getUint16(at + 28, true);
  const dataAt = entry.offset + length;
  if (dataAt + entry.compressed > directoryAt) throw cutShort(entry);

  at = view.find(entry.offset, length);
  const { bytes, data } = view;
  const nameEnd = at + LOCAL_SIZE + nameLength;
  const rawName = bytes.toString('latin1', at + LOCAL_SIZE, nameEnd);
  if (rawName !== entry.rawName) differ(entry, `name (${rawName})`, findings);
  const flags = data.getUint16(at + 6, true);
  if (flags !== entry.flags) differ(entry, 'set of flags', findings);
  if (data.getUint16(at + 8, true) !== entry.method) differ(entry, 'compression method', findings);
  const sizes = readExtraFields(bytes, nameEnd, at + length, rawName, {
    compressed: data.getUint32(at + 18, true),
    inflated: data.getUint32(at + 22, true),
  });
  const deferred = (flags & FLAG_DESCRIPTOR) !== 0;
  const { crc, compressed, inflated } = entry;
  if (!agrees(data.getUint32(at + 14, true), crc, deferred)) differ(entry, 'checksum', findings);
  if (!agrees(sizes.compressed, compressed, deferred)) differ(entry, 'compressed size', findings);
  if (!agrees(sizes.inflated, inflated, deferred)) differ(entry, 'size', findings);
  return { dataAt, zip64: sizes.zip64 };
}

/** Zero means that only the data descriptor contains the value. */
function agrees(value: number, declared: number, deferred: boolean): boolean {
  return value === declared || (deferred && value === 0);
}

function differ(entry: DirectoryEntry, what: string, findings: FindingList): void {
  findings.add(
    'zip-headers-disagree',
    `local header and directory disagree on ${entry.rawName} another ${what}`,
    evidenceOf(entry),
  );
}

function cutShort(entry: DirectoryEntry): InspectionProblem {
  return new InspectionProblem(
    'zip-local-header',
    `the local header of ${entry.rawName} is truncated`,
    evidenceOf(entry),
  );
}

function evidenceOf(entry: DirectoryEntry): Evidence {
  return { member: entry.rawName, offset: entry.offset };
}

/**
 * Reads the data descriptor between the data's end and the next header (APPNOTE 4.3.9): with or without a signature;
 * wide exactly if the local header has a zip64 extra, as streaming readers expect.
 * @returns its length
 */
function checkDescriptor(
  view: ForwardView,
  entry: DirectoryEntry,
  at: number,
  end: number,
  zip64: boolean,
): number {
  const { rawName: member, crc, compressed, inflated } = entry;
  const wrong = (why: string) =>
    new InspectionProblem('zip-descriptor', `the data descriptor of ${member} ${why}`, {
      member,
      offset: at,
    });
  const length = end - at;
  const body = zip64 ? 20 : 12;
  if (length !== body && length !== body + 4) throw wrong(`has ${counted(length, 'byte')}`);
  // The end of stored data is otherwise undefined in a stream.
  if (length === body && entry.method === STORED && compressed > 0)
    throw new InspectionProblem(
      'zip-stored-descriptor',
      `${member} is stored, and its data descriptor has no signature`,
      { member, offset: at },
    );
  let start = view.find(at, length);
  const { bytes } = view;
  const isSigned = bytes.readUInt32LE(start) === DESCRIPTOR;
  if (length === body + 4) {
    if (!isSigned) throw wrong('has no signature');
    start += 4;
  } else if (isSigned) throw wrong('is ambiguous');
  const sound = zip64
    ? bytes.readBigUInt64LE(start + 4) === BigInt(compressed) &&
      bytes.readBigUInt64LE(start + 12) === BigInt(inflated)
    : bytes.readUInt32LE(start + 4) === compressed && bytes.readUInt32LE(start + 8) === inflated;
  if (!sound || bytes.readUInt32LE(start) !== crc) throw wrong('contradicts the directory');
  return length;
}
