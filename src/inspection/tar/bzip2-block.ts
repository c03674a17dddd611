import { Malformed } from '../archive/malformed.js';
import type { BitReader } from './bit-reader.js';
import { HuffmanCode } from './huffman.js';

const GROUP = 50;
const PIECE = 64 * 1024;

export interface Bzip2Block {
  /** The block's content; read it to its end before `crc`. */
  readonly pieces: Generator<Buffer>;
  /** The checksum of the read bytes. */
  crc(): number;
}

/**
 * Reads one block after its checksum: Huffman codes, move to front, runs of zeros, the Burrows-Wheeler transform, and
 * runs of bytes.
 * @param limit bytes that the block may have before its runs of bytes are expanded
 * @throws {Malformed} if it is malformed
 */
export function readBlock(bits: BitReader, limit: number): Bzip2Block {
  if (bits.read(1) === 1) throw new Malformed('unsupported randomised block');
  const origin = bits.read(24);
  const used = readUsedBytes(bits);
  const { table, length } = readSymbols(bits, used, limit);
  if (origin >= length) throw new Malformed('out-of-range block pointer');
  linkBack(table, length);
  const checksum = { value: 0xffffffff };
  return {
    pieces: spreadRuns(table, length, origin, checksum),
    crc: () => ~checksum.value >>> 0,
  };
}

/** A map of 16 bits over maps of 16 bits: which bytes occur. */
function readUsedBytes(bits: BitReader): number[] {
  const ranges = bits.read(16);
  const used: number[] = [];
  for (let i = 0; i < 16; i++) {
    if ((ranges & (0x8000 >> i)) === 0) continue;
    const map = bits.read(16);
    for (let j = 0; j < 16; j++) if ((map & (0x8000 >> j)) !== 0) used.push(i * 16 + j);
  }
  if (used.length === 0) throw new Malformed('empty block');
  return used;
}

function readCodes(
  bits: BitReader,
  symbols: number,
): { codes: HuffmanCode[]; selectors: Uint8Array } {
  const groups = bits.read(3);
  const count = bits.read(15);
  if (groups < 2 || groups > 6 || count === 0) throw new Malformed('block without codes');
  const order = Array.from({ length: groups }, (_, index) => index);
  const selectors = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    let place = 0;
    while (bits.read(1) === 1) if (++place >= groups) throw new Malformed('unknown code');
    order.unshift(order.splice(place, 1)[0]!);
    selectors[i] = order[0]!;
  }
  const codes = order.map(() => new HuffmanCode(readLengths(bits, symbols)));
  return { codes, selectors };
}

function readLengths(bits: BitReader, symbols: number): Uint8Array {
  const lengths = new Uint8Array(symbols);
  let length = bits.read(5);
  for (let i = 0; i < symbols; i++) {
    for (;;) {
      if (length < 1 || length > 20) throw new Malformed('invalid code length');
      if (bits.read(1) === 0) break;
      length += bits.read(1) === 0 ? 1 : -1;
    }
    lengths[i] = length;
  }
  return lengths;
}

function readSymbols(bits: BitReader, used: number[], limit: number) {
  const { codes, selectors } = readCodes(bits, used.length + 2);
  const end = used.length + 1;
  const front = [...used];
  const table = new Uint32Array(limit);
  let length = 0;
  let run = 0;
  let runBit = 1;
  const append = (byte: number, count: number): void => {
    if (length + count > limit) throw new Malformed('block too long');
    table.fill(byte, length, length + count);
    length += count;
  };
  for (let group = 0; ; group++) {
    const code = codes[selectors[group] ?? codes.length];
    if (code === undefined) throw new Malformed('unterminated block');
    for (let i = 0; i < GROUP; i++) {
      const symbol = code.read(bits);
      if (symbol <= 1) {
        run += runBit << symbol;
        runBit <<= 1;
        if (run > limit) throw new Malformed('run too long');
        continue;
      }
      if (run > 0) append(front[0]!, run);
      run = 0;
      runBit = 1;
      if (symbol === end) return { table, length };
      const byte = front.splice(symbol - 1, 1)[0]!;
      front.unshift(byte);
      append(byte, 1);
    }
  }
}

/** Stores the position of the next byte in the upper 24 bits of each entry (the transform's inverse). */
function linkBack(table: Uint32Array, length: number): void {
  const starts = new Uint32Array(257);
  for (let i = 0; i < length; i++) starts[(table[i]! & 0xff) + 1]!++;
  for (let i = 1; i < 257; i++) starts[i]! += starts[i - 1]!;
  for (let i = 0; i < length; i++) {
    const at = starts[table[i]! & 0xff]!++;
    table[at] = (table[at]! & 0xff) | (i << 8);
  }
}

/** Four equal bytes are followed by a count of more of them. */
function* spreadRuns(
  table: Uint32Array,
  length: number,
  origin: number,
  checksum: { value: number },
): Generator<Buffer> {
  let piece = Buffer.allocUnsafe(PIECE);
  let filled = 0;
  let entry = table[origin]! >>> 8;
  let last = -1;
  let same = 0;
  for (let i = 0; i < length; i++) {
    const word = table[entry]!;
    entry = word >>> 8;
    const byte = word & 0xff;
    const isCount = same === 4;
    const count = isCount ? byte : 1;
    const value = isCount ? last : byte;
    if (filled + count > PIECE) {
      yield piece.subarray(0, filled);
      piece = Buffer.allocUnsafe(PIECE);
      filled = 0;
    }
    for (let n = 0; n < count; n++) {
      piece[filled++] = value;
      checksum.value = (checksum.value << 8) ^ CRC_TABLE[(checksum.value >>> 24) ^ value]!;
    }
    same = isCount ? 0 : byte === last ? same + 1 : 1;
    last = isCount ? -1 : byte;
  }
  yield piece.subarray(0, filled);
}

/** bzip2's CRC-32 takes the highest bit first. */
const CRC_TABLE = Int32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0);
  return value;
});
