import { plural } from '../../domain/plural.js';
import type { ByteSource } from '../byte-source.js';
import { InspectionProblem } from '../finding-list.js';
import type { InspectionLimits } from '../limits.js';
import type { DirectoryPlace } from './end-record.js';
import { readExtraFields } from './extra-fields.js';
import { holdsSignature, signatureIn } from './signatures.js';

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
}

/**
 * The bytes of the directory in the forms with the lowest read cost, even in code that is not compiled yet: numbers
 * through a view, names as pieces of one text, one character per byte.
 */
interface Directory {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly text: string;
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
      `the central directory has ${place.size} bytes`,
    );
  const bytes = source.read(place.offset, place.size);
  const directory = {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    text: bytes.toString('latin1'),
  };
  const entries: DirectoryEntry[] = [];
  let at = 0;
  while (at < bytes.length) {
    const { entry, length } = readEntry(directory, at, place.offset + at);
    entries.push(entry);
    at += length;
    if (entries.length > place.members) break;
  }
  if (entries.length !== place.members)
    throw malformed(
      `the directory does not contain the ${place.members} declared ${plural(place.members, 'member')}`,
      place.offset,
    );
  return entries;
}

function readEntry({ bytes, view, text }: Directory, at: number, position: number) {
  if (at + ENTRY_SIZE > bytes.length || view.getUint32(at, true) !== ENTRY)
    throw malformed('a directory entry is malformed', position);
  const nameLength = view.getUint16(at + 28, true);
  const extraLength = view.getUint16(at + 30, true);
  const length = ENTRY_SIZE + nameLength + extraLength + view.getUint16(at + 32, true);
  if (at + length > bytes.length) throw malformed('a directory entry is truncated', position);
  const nameEnd = at + ENTRY_SIZE + nameLength;
  const rawName = text.slice(at + ENTRY_SIZE, nameEnd);
  if (holdsSignature(rawName)) throw signatureIn('the name', rawName);
  const comment = text.slice(nameEnd + extraLength, at + length);
  if (holdsSignature(comment)) throw signatureIn('the comment', rawName);
  if (view.getUint16(at + 34, true) !== 0)
    throw new InspectionProblem('zip-multi-disk', 'a member is on another disk', {
      offset: position,
    });
  const sizes = readExtraFields(bytes, nameEnd, nameEnd + extraLength, rawName, {
    inflated: view.getUint32(at + 24, true),
    compressed: view.getUint32(at + 20, true),
    offset: view.getUint32(at + 42, true),
  });
  const entry: DirectoryEntry = {
    rawName,
    versionNeeded: bytes[at + 6]!,
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    compressed: sizes.compressed,
    inflated: sizes.inflated,
    offset: sizes.offset,
    externalAttributes: view.getUint32(at + 38, true),
  };
  return { entry, length };
}

function malformed(why: string, offset: number): InspectionProblem {
  return new InspectionProblem('zip-directory', why, { offset });
}
