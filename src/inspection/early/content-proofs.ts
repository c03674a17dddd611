/** A member whose content has been read before the archive was complete. */
export interface ProvenMember {
  readonly dataAt: number;
  readonly method: number;
  readonly crc: number;
  readonly compressed: number;
  readonly inflated: number;
}

const ROW = 64;
const DIGEST = 32;

/**
 * The results of reading members during the transfer: the bytes at `dataAt` are exactly one content of this method,
 * these sizes and this checksum, and this is its SHA-256. This is true regardless of the archive's directory, so it
 * decides nothing: lookups specify all five values, as in the directory.
 *
 * One row of 64 bytes per member, in ascending order of `dataAt`, so a table can be moved between threads as is.
 */
export class ContentProofs {
  #rows: Buffer;
  #count: number;

  /** @param packed a table from `pack` */
  constructor(packed: Uint8Array = new Uint8Array()) {
    this.#rows = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
    this.#count = Math.floor(packed.length / ROW);
  }

  get count(): number {
    return this.#count;
  }

  /** @param member behind all that have been added */
  add(member: ProvenMember, sha256: Buffer): void {
    const at = this.#count * ROW;
    if (this.#rows.length < at + ROW)
      this.#rows = Buffer.concat([this.#rows, Buffer.alloc(Math.max(64 * ROW, at))]);
    this.#rows.writeDoubleLE(member.dataAt, at);
    this.#rows.writeDoubleLE(member.compressed, at + 8);
    this.#rows.writeDoubleLE(member.inflated, at + 16);
    this.#rows.writeUInt32LE(member.crc, at + 24);
    this.#rows.writeUInt32LE(member.method, at + 28);
    sha256.copy(this.#rows, at + 32, 0, DIGEST);
    this.#count += 1;
  }

  /** The SHA-256 of a member's content, where exactly this content has been read. */
  digestOf(member: ProvenMember): Buffer | undefined {
    const at = this.#find(member.dataAt);
    const same =
      at !== undefined &&
      this.#rows.readDoubleLE(at + 8) === member.compressed &&
      this.#rows.readDoubleLE(at + 16) === member.inflated &&
      this.#rows.readUInt32LE(at + 24) === member.crc &&
      this.#rows.readUInt32LE(at + 28) === member.method;
    return same ? this.#rows.subarray(at + 32, at + 32 + DIGEST) : undefined;
  }

  /** The table in separate memory, for transfer to another thread. */
  pack(): Uint8Array {
    return new Uint8Array(this.#rows.subarray(0, this.#count * ROW));
  }

  #find(dataAt: number): number | undefined {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      const found = this.#rows.readDoubleLE(middle * ROW);
      if (found === dataAt) return middle * ROW;
      if (found < dataAt) low = middle + 1;
      else high = middle;
    }
    return undefined;
  }
}
