import type { ByteSource } from '../byte-source.js';
import { type Report, shown } from '../report.js';
import { readCentralDirectory, type ZipEntry } from './central-directory.js';
import { checkNames } from './check-names.js';
import { readEndRecord } from './end-record.js';
import { DEFLATED, STORED } from './inflate-entry.js';
import { type PlacedEntry, placeEntries } from './local-headers.js';

/** Bits 1 and 2 say how hard the packer tried, 3 that a descriptor follows, 11 that names are UTF-8. */
const HARMLESS_FLAGS = 0x0002 | 0x0004 | 0x0008 | 0x0800;
const ENCRYPTION_FLAGS = 0x0001 | 0x0040 | 0x2000;
const DESCRIPTOR_FLAG = 0x0008;

/**
 * Reads a zip archive's structure by the strict rules of design section 4: directory, local headers and end
 * record agree, and tile the file. What is returned is what every reader sees.
 * @throws {Stop} where nothing further can be believed
 */
export function openZip(source: ByteSource, foldCase: boolean, report: Report): PlacedEntry[] {
  if (source.size < 22) report.stop('zip-unreadable', 'it is too short to be a zip archive');
  const end = readEndRecord(source, report);
  const entries = readCentralDirectory(source, end, report);
  for (const entry of entries) checkPacking(entry, report);
  checkNames(entries, foldCase, report);
  return placeEntries(source, entries, end, report);
}

function checkPacking(entry: ZipEntry, report: Report): void {
  const member = shown(entry.name);
  const { flags, method } = entry;
  if ((flags & ENCRYPTION_FLAGS) !== 0)
    report.stop('zip-encrypted', `${member} is encrypted`, { member });
  if ((flags & ~HARMLESS_FLAGS) !== 0)
    report.add(
      'zip-flags',
      `${member} has flags 0x${flags.toString(16)}, not all of which are known`,
      {
        member,
      },
    );
  if (method !== STORED && method !== DEFLATED)
    report.stop('zip-method', `${member} is packed by method ${method}`, { member });
  if (method === STORED && (flags & DESCRIPTOR_FLAG) !== 0 && entry.compressedSize > 0)
    report.add('zip-stored-descriptor', `${member} is stored, and its length comes after it`, {
      member,
    });
}
