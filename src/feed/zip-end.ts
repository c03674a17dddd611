const END = Buffer.from('PK\x05\x06', 'latin1');
const END_SIZE = 22;
const LOCATOR = 0x07064b50;
const LOCATOR_SIZE = 20;
const END64 = 0x06064b50;
const END64_SIZE = 56;
/** Maximum length of an archive's end records, with the comment, in bytes. */
const MOST = END64_SIZE + LOCATOR_SIZE + END_SIZE + 0xffff;

/**
 * Keeps the last bytes of a streamed archive. A reader of local headers cannot detect that members are missing at the
 * end: the end record has the number of members and its own position (APPNOTE 4.3.16).
 */
export class ZipEnd {
  #tail: Buffer = Buffer.alloc(0);
  #size = 0;

  /** Number of bytes received so far. */
  get size(): number {
    return this.#size;
  }

  add(piece: Buffer): void {
    this.#size += piece.length;
    this.#tail =
      piece.length >= MOST
        ? piece.subarray(-MOST)
        : Buffer.concat([this.#tail, piece]).subarray(-MOST);
  }

  /** The archive's own number of members. @throws if it does not end with a valid record */
  members(): number {
    const tail = this.#tail;
    let at = tail.lastIndexOf(END);
    while (at >= 0) {
      const members = this.#membersAt(at);
      if (members !== undefined) return members;
      at = at === 0 ? -1 : tail.lastIndexOf(END, at - 1);
    }
    throw new Error('the feed archive is truncated or damaged at its end');
  }

  /**
   * The number in the end record at a position of the tail; undefined if it is invalid, or belongs to another archive.
   */
  #membersAt(at: number): number | undefined {
    const tail = this.#tail;
    const isLast =
      at + END_SIZE <= tail.length && tail.readUInt16LE(at + 20) === tail.length - at - END_SIZE;
    if (!isLast) return undefined;
    const start = this.#size - tail.length;
    const at64 = at - LOCATOR_SIZE - END64_SIZE;
    const has64 =
      at64 >= 0 &&
      tail.readUInt32LE(at - LOCATOR_SIZE) === LOCATOR &&
      tail.readUInt32LE(at64) === END64;
    const [members, size, offset, end] = has64
      ? [...[32, 40, 48].map((field) => Number(tail.readBigUInt64LE(at64 + field))), at64]
      : [tail.readUInt16LE(at + 10), tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16), at];
    return offset! + size! === start + end! ? members : undefined;
  }
}
