import { InspectionProblem } from '../finding-list.js';

export const BLOCK = 512;
const SLASH = 0x2f;

/** A tar header as in its block, before pax and GNU extensions. */
export interface TarHeader {
  readonly rawName: Buffer;
  readonly rawLink: Buffer;
  readonly size: number;
  /** The type's character; NUL reads as `0`. */
  readonly type: string;
  /** A folder in the format before POSIX: NUL as the type, a slash at the end of the name. */
  readonly isOldFolder: boolean;
  /** Of the block, in the inflated stream. */
  readonly offset: number;
}

/** Mode, owner, group, time, device numbers. */
const MINOR_NUMBERS = [
  [100, 108],
  [108, 116],
  [116, 124],
  [136, 148],
  [329, 337],
  [337, 345],
] as const;

/** Reads one header block (POSIX ustar, GNU, or the format before both). @throws {InspectionProblem} */
export function readTarHeader(block: Buffer, offset: number): TarHeader {
  checkChecksum(block, offset);
  for (const [start, end] of MINOR_NUMBERS) checkMinorNumber(block.subarray(start, end), offset);
  const magic = block.toString('latin1', 257, 265);
  const isPosix = magic.startsWith('ustar\0');
  const name = untilNul(block.subarray(0, 100));
  const prefix = untilNul(block.subarray(345, 500));
  // Python joins the prefix for any magic, others only for POSIX.
  if (!isPosix && prefix.length > 0)
    throw new InspectionProblem('tar-name-ambiguous', 'a non-POSIX header has a prefix', {
      offset,
    });
  return {
    rawName: prefix.length > 0 ? Buffer.concat([prefix, Buffer.from('/'), name]) : name,
    rawLink: untilNul(block.subarray(157, 257)),
    size: readNumber(block.subarray(124, 136), offset),
    type: block[156] === 0 ? '0' : String.fromCharCode(block[156]!),
    isOldFolder: block[156] === 0 && name.at(-1) === SLASH,
    offset,
  };
}

/** The sum of all bytes, the checksum's own as spaces; old writers summed signed bytes. */
function checkChecksum(block: Buffer, offset: number): void {
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < BLOCK; i++) {
    const byte = i >= 148 && i < 156 ? 0x20 : block[i]!;
    unsigned += byte;
    signed += byte > 0x7f ? byte - 0x100 : byte;
  }
  const declared = readNumber(block.subarray(148, 156), offset);
  if (declared !== unsigned && declared !== signed)
    throw new InspectionProblem(
      'tar-checksum',
      `the header at byte ${offset} has a wrong checksum`,
      {
        offset,
      },
    );
}

/** Octal digits among spaces and NULs, or a binary number behind 0x80 (GNU). @throws {InspectionProblem} */
function readNumber(field: Buffer, offset: number): number {
  if (field[0] === 0x80) {
    const value = BigInt(`0x${field.toString('hex', 1)}`);
    if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  }
  const text = field.toString('latin1');
  const digits = /^ *([0-7]*)[ \0]*$/.exec(text)?.[1];
  if (digits === undefined)
    throw new InspectionProblem('tar-number', `a number at byte ${offset} is ambiguous`, {
      offset,
    });
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

/** Python silently ends the archive at a header with an invalid number of any kind; other readers continue. */
function checkMinorNumber(field: Buffer, offset: number): void {
  const isBinary = field[0] === 0x80 || field[0] === 0xff;
  if (!isBinary && !/^ *[0-7]* *$/.test(untilNul(field).toString('latin1')))
    throw new InspectionProblem('tar-number', `a number at byte ${offset} is malformed`, {
      offset,
    });
}

function untilNul(field: Buffer): Buffer {
  const end = field.indexOf(0);
  return end === -1 ? field : field.subarray(0, end);
}
