import { crc32 } from 'node:zlib';

/** Bytes of an entry: a key's hash, and the parts of the file in which it occurs, a bit each. */
const ENTRY = 8;

/** Hashes of keys, each with the parts in which it occurs, while they are collected. */
export class KeyCollector {
  readonly #parts = new Map<number, number>();

  /** @param hash 32 bits, @param part from 0 to 31 */
  add(hash: number, part: number): void {
    this.#parts.set(hash, (this.#parts.get(hash) ?? 0) | (1 << part));
  }

  /** Sorted by their hashes. */
  toBuffer(): Buffer {
    const entries = [...this.#parts].sort(([a], [b]) => a - b);
    const bytes = Buffer.alloc(entries.length * ENTRY);
    for (const [index, [hash, parts]] of entries.entries()) {
      bytes.writeUInt32LE(hash, index * ENTRY);
      bytes.writeInt32LE(parts, index * ENTRY + 4);
    }
    return bytes;
  }
}

/** The parts in which a key of these hashes may occur, a bit each. @param last the last of the hashes that count */
export function partsOf(keys: Buffer, first: number, last = first): number {
  let parts = 0;
  for (let at = firstFrom(keys, first); at < keys.length; at += ENTRY) {
    if (keys.readUInt32LE(at) > last) break;
    parts |= keys.readInt32LE(at + 4);
  }
  return parts;
}

/** Index of the first entry with this hash or a greater one. */
function firstFrom(keys: Buffer, hash: number): number {
  let [low, high] = [0, keys.length / ENTRY];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys.readUInt32LE(middle * ENTRY) < hash) low = middle + 1;
    else high = middle;
  }
  return low * ENTRY;
}

export function hashOf(text: string): number {
  return crc32(text);
}

/** The first 32 bits of a digest, or the minimum for a shorter prefix. @param text hexadecimal */
export function firstBits(text: string): number {
  const [digits = ''] = /^[0-9a-f]{0,8}/i.exec(text) ?? [];
  return Number.parseInt(digits.padEnd(8, '0'), 16);
}

/** The last that may begin with these digits. */
export function lastBits(digits: string): number {
  return Number.parseInt(digits.slice(0, 8).padEnd(8, 'f'), 16);
}
