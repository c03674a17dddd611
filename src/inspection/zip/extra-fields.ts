import type { Report } from '../report.js';
import { shown } from '../report.js';

const ZIP64 = 0x0001;
const UNICODE_PATH = 0x7075;

/** The numbers of an entry that a zip64 extra field may carry; each with the field as the header has it. */
export interface Zip64Numbers {
  uncompressedSize: number;
  compressedSize: number;
  /** Central directory only. */
  localOffset?: number;
}

const SENTINEL = 0xffffffff;

/**
 * Reads the extra fields of one header (APPNOTE 4.5): fills in zip64 numbers, and objects to fields that
 * contradict the header or give the file another name.
 * @param numbers the header's own numbers; those that refer to zip64 are replaced
 * @returns whether a zip64 field was there
 */
export function readExtra(
  extra: Buffer,
  name: Buffer,
  numbers: Zip64Numbers,
  report: Report,
): boolean {
  let zip64: Buffer | undefined;
  let at = 0;
  while (at + 4 <= extra.length) {
    const id = extra.readUInt16LE(at);
    const length = extra.readUInt16LE(at + 2);
    const data = extra.subarray(at + 4, at + 4 + length);
    if (data.length < length) break;
    at += 4 + length;
    if (id === UNICODE_PATH) checkUnicodePath(data, name, report);
    if (id !== ZIP64) continue;
    if (zip64 !== undefined) contradiction(name, report);
    zip64 = data;
  }
  if (at !== extra.length && extra.subarray(at).some((byte) => byte !== 0))
    report.add('zip-extra-malformed', `the extra fields of ${nameOf(name)} do not add up`);
  fillIn(zip64, name, numbers, report);
  return zip64 !== undefined;
}

/** Some readers take the name from here, others from the header: they must be the same. */
function checkUnicodePath(data: Buffer, name: Buffer, report: Report): void {
  if (data.length >= 5 && data.subarray(5).equals(name)) return;
  report.add('zip-unicode-path', `${nameOf(name)} has a second name in an extra field`);
}

function fillIn(
  zip64: Buffer | undefined,
  name: Buffer,
  numbers: Zip64Numbers,
  report: Report,
): void {
  const keys = ['uncompressedSize', 'compressedSize', 'localOffset'] as const;
  const wanted = keys.filter((key) => numbers[key] === SENTINEL);
  if (zip64 === undefined) {
    if (wanted.length > 0) contradiction(name, report);
    return;
  }
  // By the book only the fields that refer to it are there; some writers put all of them.
  const all = keys.filter((key) => numbers[key] !== undefined);
  const present = zip64.length === wanted.length * 8 ? wanted : all;
  if (zip64.length < present.length * 8 || zip64.length % 4 !== 0 || zip64.length > 28)
    return contradiction(name, report);
  for (const [index, key] of present.entries()) {
    const value = Number(zip64.readBigUInt64LE(index * 8));
    if (!Number.isSafeInteger(value)) contradiction(name, report);
    if (numbers[key] === SENTINEL) numbers[key] = value;
    else if (numbers[key] !== value) contradiction(name, report);
  }
}

function contradiction(name: Buffer, report: Report): never {
  report.stop(
    'zip-zip64-contradiction',
    `the zip64 sizes of ${nameOf(name)} contradict its header`,
  );
}

function nameOf(name: Buffer): string {
  return shown(name.toString('utf8'));
}
