import type { ByteSource } from '../byte-source.js';
import { type Report, shown } from '../report.js';
import type { EndRecord } from './end-record.js';
import { readExtra, type Zip64Numbers } from './extra-fields.js';

/** One entry as the central directory has it (APPNOTE 4.3.12). */
export interface ZipEntry {
  /** The name decoded; `rawName` is what headers are compared by. */
  readonly name: string;
  readonly rawName: Buffer;
  readonly flags: number;
  readonly method: number;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
  readonly localOffset: number;
  /** The Unix mode, where the writer gave one; else 0. */
  readonly mode: number;
  readonly isFolder: boolean;
}

const SIGNATURE = 0x02014b50;
const HEADER_SIZE = 46;
const UTF8_FLAG = 0x0800;
/** A directory of this many bytes is read at once. Longer ones cannot be honest: 200,000 members fit. */
const MAX_DIRECTORY = 128 * 2 ** 20;

/** Reads the central directory, which must fill its place exactly. */
export function readCentralDirectory(
  source: ByteSource,
  end: EndRecord,
  report: Report,
): ZipEntry[] {
  const { directoryOffset, directorySize } = end;
  if (directoryOffset + directorySize !== end.offset)
    report.stop('zip-gap', 'the central directory does not end where the end record begins', {
      offset: directoryOffset,
    });
  if (directorySize > MAX_DIRECTORY)
    report.stop('inspection-limit-members', `its directory has ${directorySize} bytes`);
  const directory = source.read(directoryOffset, directorySize);
  const entries: ZipEntry[] = [];
  for (let at = 0; at < directory.length; ) {
    if (directory.length - at < HEADER_SIZE || directory.readUInt32LE(at) !== SIGNATURE)
      report.stop('zip-unreadable', 'the central directory holds something that is no entry', {
        offset: directoryOffset + at,
      });
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
      directory.readUInt16LE(at + field),
    ) as [number, number, number];
    const next = at + HEADER_SIZE + nameLength + extraLength + commentLength;
    if (next > directory.length)
      report.stop('zip-unreadable', 'the last entry of the central directory is cut off');
    report.countMember();
    entries.push(readEntry(directory, at, nameLength, extraLength, report));
    at = next;
  }
  if (entries.length !== end.entries)
    report.add(
      'zip-entry-count',
      `the end record counts ${end.entries} entries, the directory has ${entries.length}`,
    );
  return entries;
}

function readEntry(
  directory: Buffer,
  at: number,
  nameLength: number,
  extraLength: number,
  report: Report,
): ZipEntry {
  const nameAt = at + HEADER_SIZE;
  const rawName = directory.subarray(nameAt, nameAt + nameLength);
  const flags = directory.readUInt16LE(at + 8);
  const name = decodeName(rawName, flags, report);
  if (directory.readUInt16LE(at + 34) !== 0)
    report.stop('zip-several-disks', `${shown(name)} claims to be on another disk`);
  const numbers: Zip64Numbers = {
    compressedSize: directory.readUInt32LE(at + 20),
    uncompressedSize: directory.readUInt32LE(at + 24),
    localOffset: directory.readUInt32LE(at + 42),
  };
  const extra = directory.subarray(nameAt + nameLength, nameAt + nameLength + extraLength);
  readExtra(extra, rawName, numbers, report);
  return {
    name,
    rawName,
    flags,
    method: directory.readUInt16LE(at + 10),
    crc32: directory.readUInt32LE(at + 16),
    compressedSize: numbers.compressedSize,
    uncompressedSize: numbers.uncompressedSize,
    localOffset: numbers.localOffset!,
    mode: directory.readUInt32LE(at + 38) >>> 16,
    isFolder: name.endsWith('/'),
  };
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Without bit 11 a name is in code page 437 to some readers and UTF-8 to others, so it must be plain ASCII. */
function decodeName(raw: Buffer, flags: number, report: Report): string {
  const ascii = raw.every((byte) => byte < 0x80);
  try {
    const name = strictUtf8.decode(raw);
    if (!ascii && (flags & UTF8_FLAG) === 0)
      report.add('zip-name-encoding', `${shown(name)} is not ASCII and not marked as UTF-8`, {
        member: shown(name),
      });
    return name;
  } catch {
    const name = raw.toString('latin1');
    report.add('zip-name-encoding', `the name ${shown(name)} is not UTF-8`, {
      member: shown(name),
    });
    return name;
  }
}
