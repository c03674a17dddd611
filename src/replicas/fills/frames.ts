/**
 * A fill in transit to another replica: frames of a type (one byte), a length (four bytes, big-endian) and as many
 * bytes.
 */
export type Frame =
  /** Bytes of the artifact; long ones are split. */
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  /** The fill's news, sealed. */
  | { readonly kind: 'news'; readonly sealed: Buffer };

const HEAD = 5;
const TYPES = { bytes: 1, news: 2 } as const;
/** The size of a large artifact's inspection, with a margin. */
export const LONGEST_NEWS = 16 * 2 ** 20;
export const LONGEST_BYTES = 2 ** 20;

/** The header of a frame. */
export function headOf(kind: Frame['kind'], length: number): Buffer {
  const head = Buffer.allocUnsafe(HEAD);
  head.writeUInt8(TYPES[kind], 0);
  head.writeUInt32BE(length, 1);
  return head;
}

/** Parses frames from pieces as they arrive. */
export class FrameReader {
  /** The received part of a header or of news. */
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #kind: Frame['kind'] | undefined;
  /** The missing bytes of the current part. */
  #missing = HEAD;

  /** @throws if it is no valid frame, or too long */
  *read(piece: Buffer): Generator<Frame> {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + this.#missing);
      at += part.length;
      this.#missing -= part.length;
      if (this.#kind === 'bytes') yield { kind: 'bytes', bytes: part };
      else this.#keep(part);
      while (this.#missing === 0) {
        const sealed = this.#next();
        if (sealed !== undefined) yield { kind: 'news', sealed };
      }
    }
  }

  #keep(part: Buffer): void {
    this.#kept.push(part);
    this.#keptBytes += part.length;
  }

  /** Continues with the next part. @returns complete news */
  #next(): Buffer | undefined {
    const kept = Buffer.concat(this.#kept, this.#keptBytes);
    this.#kept = [];
    this.#keptBytes = 0;
    if (this.#kind === undefined) {
      this.#begin(kept);
      return undefined;
    }
    const isNews = this.#kind === 'news';
    this.#kind = undefined;
    this.#missing = HEAD;
    return isNews ? kept : undefined;
  }

  #begin(head: Buffer): void {
    const type = head.readUInt8(0);
    const length = head.readUInt32BE(1);
    const isNews = type === TYPES.news;
    if (!isNews && type !== TYPES.bytes) throw new Error(`unknown frame type ${type}`);
    if (length > (isNews ? LONGEST_NEWS : LONGEST_BYTES))
      throw new Error(`a frame of ${length} bytes`);
    this.#kind = isNews ? 'news' : 'bytes';
    this.#missing = length;
  }
}
