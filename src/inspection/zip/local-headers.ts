import { type ByteSource, windowed } from '../byte-source.js';
import { type FindingList, InspectionProblem } from '../finding-list.js';
import type { DirectoryEntry } from './central-directory.js';
import { readExtraFields } from './extra-fields.js';

const LOCAL = 0x04034b50;
const LOCAL_SIZE = 30;
const DESCRIPTOR = 0x08074b50;
export const FLAG_DESCRIPTOR = 0x0008;

/**
 * Walks the local headers from byte 0 to the directory, as a reader of the stream would, and holds each to
 * its entry: same name, flags, method, sizes, checksum; no byte in front, between or behind.
 * @param directoryAt where the central directory begins
 * @returns where each entry's data begins, in the entries' order
 * @throws {InspectionProblem} where the walk cannot go on
 */
export function walkLocalHeaders(
  source: ByteSource,
  entries: readonly DirectoryEntry[],
  directoryAt: number,
  findings: FindingList,
): number[] {
  const view = windowed(source);
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
      `the last member ends at byte ${expected}, the directory begins at ${directoryAt}`,
      { offset: Math.min(expected, directoryAt) },
    );
  return dataAt;
}

function misplaced(entry: DirectoryEntry, expected: number): InspectionProblem {
  const member = nameOf(entry);
  return entry.offset > expected
    ? new InspectionProblem(
        'zip-gap',
        `${entry.offset - expected} bytes in front of ${member} belong to no member`,
        { member, offset: expected },
      )
    : new InspectionProblem('zip-overlap', `${member} begins inside another member`, {
        member,
        offset: entry.offset,
      });
}

function readLocalHeader(
  view: ByteSource,
  entry: DirectoryEntry,
  directoryAt: number,
  findings: FindingList,
): { dataAt: number; zip64: boolean } {
  const member = nameOf(entry);
  const evidence = { member, offset: entry.offset };
  const cut = () =>
    new InspectionProblem(
      'zip-local-header',
      `the local header of ${member} is cut short`,
      evidence,
    );
  if (entry.offset + LOCAL_SIZE > directoryAt) throw cut();
  const header = view.read(entry.offset, LOCAL_SIZE);
  if (header.readUInt32LE(0) !== LOCAL)
    throw new InspectionProblem('zip-local-header', `${member} has no local header`, evidence);
  const flags = header.readUInt16LE(6);
  const method = header.readUInt16LE(8);
  const crc = header.readUInt32LE(14);
  const plain = { compressed: header.readUInt32LE(18), inflated: header.readUInt32LE(22) };
  const nameLength = header.readUInt16LE(26);
  const extraLength = header.readUInt16LE(28);
  const dataAt = entry.offset + LOCAL_SIZE + nameLength + extraLength;
  if (dataAt + entry.compressed > directoryAt) throw cut();
  const rest = view.read(entry.offset + LOCAL_SIZE, nameLength + extraLength);
  const rawName = rest.subarray(0, nameLength);
  const differ = (what: string) =>
    findings.add(
      'zip-headers-disagree',
      `local header and directory give ${member} another ${what}`,
      evidence,
    );

  if (!rawName.equals(entry.rawName)) differ(`name (${rawName.toString('latin1')})`);
  if (flags !== entry.flags) differ('set of flags');
  if (method !== entry.method) differ('compression method');
  const sizes = readExtraFields(rest.subarray(nameLength), rawName, plain);
  const deferred = (flags & FLAG_DESCRIPTOR) !== 0;
  const agrees = (value: number, declared: number) =>
    value === declared || (deferred && value === 0);
  if (!agrees(crc, entry.crc)) differ('checksum');
  if (!agrees(sizes.compressed, entry.compressed)) differ('compressed size');
  if (!agrees(sizes.inflated, entry.inflated)) differ('size');
  return { dataAt, zip64: sizes.zip64 };
}

/**
 * Reads the data descriptor between the data's end and the next header (APPNOTE 4.3.9): with or without a
 * signature; wide exactly where the local header has a zip64 extra, as streaming readers go by that.
 * @returns its length
 */
function checkDescriptor(
  view: ByteSource,
  entry: DirectoryEntry,
  at: number,
  end: number,
  zip64: boolean,
): number {
  const member = nameOf(entry);
  const wrong = (why: string) =>
    new InspectionProblem('zip-descriptor', `the data descriptor of ${member} ${why}`, {
      member,
      offset: at,
    });
  const length = end - at;
  const body = zip64 ? 20 : 12;
  if (length !== body && length !== body + 4) throw wrong(`has ${length} bytes`);
  let record = view.read(at, length);
  if (length === body + 4) {
    if (record.readUInt32LE(0) !== DESCRIPTOR) throw wrong('has no signature');
    record = record.subarray(4);
  } else if (record.readUInt32LE(0) === DESCRIPTOR) throw wrong('can be read in two ways');
  const sound = zip64
    ? record.readBigUInt64LE(4) === BigInt(entry.compressed) &&
      record.readBigUInt64LE(12) === BigInt(entry.inflated)
    : record.readUInt32LE(4) === entry.compressed && record.readUInt32LE(8) === entry.inflated;
  if (!sound || record.readUInt32LE(0) !== entry.crc) throw wrong('contradicts the directory');
  return length;
}

function nameOf(entry: DirectoryEntry): string {
  return entry.rawName.toString('latin1');
}
