import type { ByteSource } from '../byte-source.js';
import { InspectionProblem } from '../finding-list.js';
import type { InspectionLimits } from '../limits.js';
import type { DirectoryPlace } from './end-record.js';
import { readExtraFields } from './extra-fields.js';

const ENTRY = 0x02014b50;
const ENTRY_SIZE = 46;

/** One entry of the central directory, its zip64 sizes applied. */
export interface DirectoryEntry {
  /** The name's bytes as Latin-1: a character a byte. */
  readonly rawName: string;
  /** The version of the format that is needed to extract it, times ten. */
  readonly versionNeeded: number;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressed: number;
  readonly inflated: number;
  /** Of the local header. */
  readonly offset: number;
  readonly externalAttributes: number;
  /** Of the entry itself, for evidence. */
  readonly at: number;
}

/** Reads the central directory, which must fill its place exactly. @throws {InspectionProblem} */
export function readCentralDirectory(
  source: ByteSource,
  place: DirectoryPlace,
  limits: InspectionLimits,
): DirectoryEntry[] {
  if (place.members > limits.members)
    throw new InspectionProblem(
      'inspection-limit-members',
      `the archive has ${place.members} members`,
    );
  if (place.size > limits.directoryBytes)
    throw new InspectionProblem(
      'inspection-limit-directory',
      `the table of members has ${place.size} bytes`,
    );
  const bytes = source.read(place.offset, place.size);
  // Once for all names: a piece of a string costs less than a piece of a buffer.
  const text = bytes.toString('latin1');
  const entries: DirectoryEntry[] = [];
  let at = 0;
  while (at < bytes.length) {
    const { entry, length } = readEntry(bytes, text, at, place.offset + at);
    entries.push(entry);
    at += length;
    if (entries.length > place.members) break;
  }
  if (entries.length !== place.members)
    throw malformed(
      `the directory does not hold ${place.members} members as it says`,
      place.offset,
    );
  return entries;
}

function readEntry(bytes: Buffer, text: string, at: number, position: number) {
  if (at + ENTRY_SIZE > bytes.length || bytes.readUInt32LE(at) !== ENTRY)
    throw malformed('an entry of the directory is malformed', position);
  const nameLength = bytes.readUInt16LE(at + 28);
  const extraLength = bytes.readUInt16LE(at + 30);
  const length = ENTRY_SIZE + nameLength + extraLength + bytes.readUInt16LE(at + 32);
  if (at + length > bytes.length)
    throw malformed('an entry of the directory is cut short', position);
  const nameEnd = at + ENTRY_SIZE + nameLength;
  const rawName = text.slice(at + ENTRY_SIZE, nameEnd);
  if (bytes.readUInt16LE(at + 34) !== 0)
    throw new InspectionProblem('zip-multi-disk', 'a member lies on another disk', {
      offset: position,
    });
  const sizes = readExtraFields(bytes, nameEnd, nameEnd + extraLength, rawName, {
    inflated: bytes.readUInt32LE(at + 24),
    compressed: bytes.readUInt32LE(at + 20),
    offset: bytes.readUInt32LE(at + 42),
  });
  const entry: DirectoryEntry = {
    rawName,
    versionNeeded: bytes[at + 6]!,
    flags: bytes.readUInt16LE(at + 8),
    method: bytes.readUInt16LE(at + 10),
    crc: bytes.readUInt32LE(at + 16),
    compressed: sizes.compressed,
    inflated: sizes.inflated,
    offset: sizes.offset,
    externalAttributes: bytes.readUInt32LE(at + 38),
    at: position,
  };
  return { entry, length };
}

function malformed(why: string, offset: number): InspectionProblem {
  return new InspectionProblem('zip-directory', why, { offset });
}
