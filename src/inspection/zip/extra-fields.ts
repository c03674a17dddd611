import { crc32 } from 'node:zlib';
import { InspectionProblem } from '../finding-list.js';
import { safe } from './end-record.js';
import { holdsSignature, signatureIn } from './signatures.js';

const ZIP64 = 0x0001;
const UNICODE_PATH = 0x7075;
const SENTINEL = 0xffffffff;

/** The fields of a header that a zip64 extra may widen. */
export interface PlainSizes {
  readonly inflated: number;
  readonly compressed: number;
  /** Directory entries only. */
  readonly offset?: number;
  readonly disk?: number;
}

export interface WidenedSizes {
  readonly inflated: number;
  readonly compressed: number;
  readonly offset: number;
  /** Whether a zip64 extra is there at all: then data descriptors are wide. */
  readonly zip64: boolean;
}

/**
 * Reads the extra fields of a header: zip64 sizes, and a Unicode path that must not rename (APPNOTE 4.5.3, 4.6.9). All
 * others (times, owners) are irrelevant to the content.
 * @param start of the fields in `bytes`; `end` their end
 * @param name the raw name of the same header, a character a byte
 * @throws {InspectionProblem}
 */
export function readExtraFields(
  bytes: Buffer,
  start: number,
  end: number,
  name: string,
  plain: PlainSizes,
): WidenedSizes {
  if (start === end) return widen(undefined, name, plain);
  const extra = bytes.subarray(start, end);
  if (holdsSignature(extra.toString('latin1'))) throw signatureIn('the extra field', name);
  let wide: Buffer | undefined;
  let at = 0;
  for (; at + 4 <= extra.length; ) {
    const id = extra.readUInt16LE(at);
    const data = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    if (data.length !== extra.readUInt16LE(at + 2)) throw bad('zip-extra', 'is truncated', name);
    if (id === ZIP64) {
      if (wide !== undefined) throw bad('zip-zip64', 'gives zip64 sizes twice', name);
      wide = data;
    }
    if (id === UNICODE_PATH) checkUnicodePath(data, name);
    at += 4 + data.length;
  }
  // Some aligners leave up to three zero bytes of padding, which all readers skip.
  if (extra.subarray(at).some((byte) => byte !== 0))
    throw bad('zip-extra', 'has trailing bytes', name);
  return widen(wide, name, plain);
}

function checkUnicodePath(data: Buffer, name: string): void {
  if (data.length < 5 || data[0] !== 1) throw bad('zip-unicode-path', 'is malformed', name);
  const raw = Buffer.from(name, 'latin1');
  if (data.readUInt32LE(1) !== crc32(raw) || !data.subarray(5).equals(raw))
    throw bad('zip-unicode-path', 'contains another name', name);
}

/** APPNOTE 4.5.3: only the fields that hold their sentinel appear, in a fixed order. */
function widen(wide: Buffer | undefined, name: string, plain: PlainSizes): WidenedSizes {
  const offset = plain.offset ?? 0;
  const sentinels =
    plain.inflated === SENTINEL || plain.compressed === SENTINEL || plain.offset === SENTINEL;
  if (wide === undefined) {
    if (sentinels) throw bad('zip-zip64', 'lacks the zip64 sizes that the header requires', name);
    return { inflated: plain.inflated, compressed: plain.compressed, offset, zip64: false };
  }
  if (!sentinels) {
    checkIdle(wide, name, plain);
    return { inflated: plain.inflated, compressed: plain.compressed, offset, zip64: true };
  }
  let at = 0;
  const take = (value: number): number => {
    if (value !== SENTINEL) return value;
    if (at + 8 > wide.length) throw bad('zip-zip64', 'is too short', name);
    const read = safe(wide.readBigUInt64LE(at));
    at += 8;
    return read;
  };
  const inflated = take(plain.inflated);
  const compressed = take(plain.compressed);
  const widened = { inflated, compressed, offset: take(offset), zip64: true };
  if (at !== wide.length) throw bad('zip-zip64', 'has more fields than the header requires', name);
  return widened;
}

/** A zip64 extra that no field asks for: readers ignore it or take it, so it must repeat the plain fields. */
function checkIdle(wide: Buffer, name: string, plain: PlainSizes): void {
  const values = [plain.inflated, plain.compressed, plain.offset ?? 0];
  if (wide.length % 8 !== 0 || wide.length > 24)
    throw bad('zip-zip64', 'has an invalid length', name);
  for (let i = 0; i * 8 < wide.length; i++)
    if (safe(wide.readBigUInt64LE(i * 8)) !== values[i])
      throw bad('zip-zip64', 'contradicts the header', name);
}

function bad(code: 'zip-extra' | 'zip-zip64' | 'zip-unicode-path', what: string, name: string) {
  return new InspectionProblem(code, `the extra field of ${name} ${what}`, { member: name });
}
