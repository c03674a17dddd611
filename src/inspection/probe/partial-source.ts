import { BeyondEnd, type ByteSource } from '../byte-source.js';

/** Bytes of a file, and where in it they begin. */
export interface Piece {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** A stretch of a file, in bytes from its beginning; `to` is behind its last byte. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Bytes that are not here. */
export class NotHere extends Error {
  readonly stretch: Stretch;

  constructor(stretch: Stretch) {
    super(`bytes ${stretch.from} to ${stretch.to} are not here`);
    this.stretch = stretch;
  }
}

/** A file that is only partially available. */
export class PartialSource implements ByteSource {
  readonly size: number;
  readonly #pieces: readonly Piece[];

  constructor(size: number, pieces: readonly Piece[]) {
    this.size = size;
    this.#pieces = [...pieces].sort((a, b) => a.at - b.at);
  }

  /** @throws {NotHere} with the missing part, {BeyondEnd} */
  read(offset: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafe(length);
    this.readInto(buffer, offset);
    return buffer;
  }

  readInto(target: Buffer, offset: number): void {
    const stretch = { from: offset, to: offset + target.length };
    if (!(offset >= 0 && stretch.to <= this.size))
      throw new BeyondEnd(`bytes ${offset} to ${stretch.to} of ${this.size} do not exist`);
    const missing = this.missing(stretch);
    if (missing !== undefined) throw new NotHere(missing);
    for (const { at, bytes } of this.#pieces) {
      const from = Math.max(at, stretch.from);
      const to = Math.min(at + bytes.length, stretch.to);
      if (from < to) target.set(bytes.subarray(from - at, to - at), from - offset);
    }
  }

  /** From the first to the last missing byte of a stretch; undefined if it is complete. */
  missing({ from, to }: Stretch): Stretch | undefined {
    let first = from;
    for (const { at, bytes } of this.#pieces)
      if (at <= first) first = Math.max(first, at + bytes.length);
    if (first >= to) return undefined;
    let last = to;
    for (const { at, bytes } of this.#pieces.toReversed())
      if (at + bytes.length >= last) last = Math.min(last, at);
    return { from: first, to: last };
  }
}
