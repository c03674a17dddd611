import { type Report, shown } from '../report.js';

export const BLOCK = 512;

/** One header block (POSIX ustar; GNU's differ in the magic and in numbers in base 256). */
export interface TarHeader {
  readonly name: string;
  readonly size: number;
  /** The type flag as a character; `0` stands for the old `\0`, too. */
  readonly type: string;
  readonly linkName: string;
  readonly isZero: boolean;
}

/** @throws {Stop} where the block is no header: readers differ in whether they stop there or look on */
export function readHeader(block: Buffer, report: Report): TarHeader {
  if (block.every((byte) => byte === 0))
    return { name: '', size: 0, type: '', linkName: '', isZero: true };
  const declared = readNumber(block, 148, 8);
  let [sum, signedSum] = [0, 0];
  for (const [index, byte] of block.entries()) {
    const counted = index >= 148 && index < 156 ? 0x20 : byte;
    sum += counted;
    signedSum += counted > 127 ? counted - 256 : counted;
  }
  if (declared !== sum && declared !== signedSum)
    report.stop('tar-bad-checksum', 'a header in the archive has a wrong checksum');
  const size = readNumber(block, 124, 12);
  if (size === undefined || size < 0 || !Number.isSafeInteger(size))
    report.stop('tar-unreadable', 'a header in the archive has a size that cannot be read');
  const magic = block.toString('latin1', 257, 263);
  const prefix = magic === 'ustar\0' ? readText(block, 345, 155) : '';
  const name = readText(block, 0, 100);
  const type = block[156] === 0 ? '0' : String.fromCharCode(block[156]!);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size,
    type,
    linkName: readText(block, 157, 100),
    isZero: false,
  };
}

function readText(block: Buffer, offset: number, length: number): string {
  const field = block.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return field.subarray(0, end === -1 ? length : end).toString('utf8');
}

/** Octal digits, or GNU's base 256 where the top bit is set. */
function readNumber(block: Buffer, offset: number, length: number): number | undefined {
  const field = block.subarray(offset, offset + length);
  if (field[0] === 0x80) return field.subarray(1).reduce((value, byte) => value * 256 + byte, 0);
  const text = field.toString('latin1').replace(/\0.*$/s, '').trim();
  return /^[0-7]*$/.test(text) ? Number.parseInt(text || '0', 8) : undefined;
}

/**
 * The records of a pax header (POSIX.1-2001): `length key=value\n`, the length counting itself.
 * @throws {Stop} where they do not add up
 */
export function readPax(bytes: Buffer, report: Report): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const digits = space === -1 ? '' : bytes.toString('latin1', at, space);
    const length = /^[1-9]\d{0,8}$/.test(digits) ? Number(digits) : 0;
    const record = bytes.subarray(space + 1, at + length);
    const equals = record.indexOf(0x3d);
    if (length === 0 || at + length > bytes.length || equals <= 0 || record.at(-1) !== 0x0a)
      report.stop('tar-unreadable', 'an extended header in the archive cannot be read');
    const key = record.toString('utf8', 0, equals);
    const value = record.toString('utf8', equals + 1, record.length - 1);
    if (records.has(key) && records.get(key) !== value)
      report.add('tar-size-contradiction', `an extended header names ${shown(key)} twice`);
    records.set(key, value);
    at += length;
  }
  return records;
}
