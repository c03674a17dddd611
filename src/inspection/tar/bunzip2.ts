import { Malformed } from '../archive/malformed.js';
import { BeyondEnd, type ByteSource } from '../byte-source.js';
import { InspectionProblem } from '../finding-list.js';
import { BitReader } from './bit-reader.js';
import { readBlock } from './bzip2-block.js';

const BLOCK_MAGIC = 0x314159;
const BLOCK_MAGIC_REST = 0x265359;
const END_MAGIC = 0x177245;
const END_MAGIC_REST = 0x385090;

/**
 * Unpacks a file that is exactly one bzip2 stream, one block (at most 900 KB before its runs are expanded) at a time.
 * As with gzip, no data may follow: some readers would continue with it and some would not.
 * @throws {InspectionProblem} `bzip2-malformed`, `bzip2-trailing`
 */
export function* bunzip2(source: ByteSource): Generator<Buffer> {
  const bits = new BitReader(source);
  try {
    yield* readStream(bits);
  } catch (error) {
    if (!(error instanceof Malformed || error instanceof BeyondEnd)) throw error;
    throw new InspectionProblem(
      'bzip2-malformed',
      `the bzip2 stream cannot be read: ${error.message}`,
    );
  }
  if (bits.position !== source.size)
    throw new InspectionProblem('bzip2-trailing', 'data follows the bzip2 stream', {
      offset: bits.position,
    });
}

function* readStream(bits: BitReader): Generator<Buffer> {
  const magic = bits.read(24);
  const level = bits.read(8) - 0x30;
  if (magic !== 0x425a68 || level < 1 || level > 9) throw new Malformed('not a bzip2 file');
  let combined = 0;
  for (;;) {
    const first = bits.read(24);
    const second = bits.read(24);
    const crc = ((bits.read(16) << 16) | bits.read(16)) >>> 0;
    if (first === END_MAGIC && second === END_MAGIC_REST) {
      if (crc !== combined) throw new Malformed('stream checksum mismatch');
      return;
    }
    if (first !== BLOCK_MAGIC || second !== BLOCK_MAGIC_REST)
      throw new Malformed('misplaced block');
    const block = readBlock(bits, level * 100_000);
    yield* block.pieces;
    if (block.crc() !== crc) throw new Malformed('block checksum mismatch');
    combined = (((combined << 1) | (combined >>> 31)) ^ crc) >>> 0;
  }
}
