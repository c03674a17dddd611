import { crc32 } from 'node:zlib';

/** One bit per hash of a text: an estimate of the number of distinct texts, in 128 bytes. */
export type Sketch = Uint32Array;

const WORDS = 32;
const BITS = WORDS * 32;

/** Notes a text. @returns the sketch, created if necessary */
export function distinct(sketch: Sketch | undefined, text: string): Sketch {
  const noted = sketch ?? new Uint32Array(WORDS);
  const bit = crc32(text) % BITS;
  noted[bit >>> 5]! |= 1 << (bit & 31);
  return noted;
}

/** About how many different texts were noted, by the bits that are still free (linear counting); exact while few. */
export function countDistinct(sketch: Sketch | undefined): number {
  if (sketch === undefined) return 0;
  let set = 0;
  for (const word of sketch) for (let rest = word; rest !== 0; rest &= rest - 1) set += 1;
  const free = Math.max(1, BITS - set);
  return Math.round(BITS * Math.log(BITS / free));
}
