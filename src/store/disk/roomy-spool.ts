import { Failure } from '../../domain/failure.js';
import type { ByteReader } from '../bytes.js';
import type { Reservation, Space } from '../space.js';
import type { Spool, SpoolFile } from '../spool.js';

/** A folder to receive in, and the room there. */
export interface SpoolPlace {
  readonly spool: Spool;
  readonly space: Space;
}

export interface RoomySpoolParts {
  /** Beside the blobs: what is received here is kept by renaming it. */
  readonly main: SpoolPlace;
  /** Elsewhere: what is received here is served, and not kept. */
  readonly spare?: SpoolPlace;
  /** How long a file may wait for room, in milliseconds. */
  readonly patience: number;
  /** Told why no file can be made beside the blobs, once that is so; undefined once one can again. */
  readonly onUnusable?: (error: unknown) => void;
}

/** A file whose size nobody declares is given room for so many bytes at a time. */
const STEP = 8 * 2 ** 20;
/** When to ask again where there was no room, in milliseconds. */
const ASK_AGAIN = 5_000;

/**
 * Receives where there is room, which is promised to each file before it is written: beside the blobs, of which the
 * least recently used give way, or else in a spare folder. Where neither has room, a file waits for it.
 */
export class RoomySpool implements Spool {
  readonly #parts: RoomySpoolParts;
  #unusable: unknown;

  constructor(parts: RoomySpoolParts) {
    this.#parts = parts;
  }

  /** @throws {Failure} overloaded where there is no room within the patience */
  async create(expected?: number): Promise<SpoolFile> {
    const { main, spare, patience, onUnusable } = this.#parts;
    const bytes = expected ?? STEP;
    let unusable: unknown;
    const begun = await this.#beginIn(main, bytes, 0).catch((error: unknown) => {
      unusable = error;
      return undefined;
    });
    if (unusable !== this.#unusable && (unusable === undefined || this.#unusable === undefined))
      onUnusable?.(unusable);
    this.#unusable = unusable;
    if (begun !== undefined) return begun;
    // The spare folder may not be there at all: a container's root is often read-only.
    const other = spare && (await this.#beginIn(spare, bytes, 0).catch(() => undefined));
    if (other !== undefined) return other;
    if (unusable !== undefined) throw noPlace(unusable);
    return (patience > 0 ? await this.#beginIn(main, bytes, patience) : undefined) ?? noRoom();
  }

  async #beginIn({ spool, space }: SpoolPlace, bytes: number, patience: number) {
    const room = await space.reserve(bytes, patience);
    if (room === undefined) return undefined;
    try {
      return new RoomySpoolFile(await spool.create(bytes), room, bytes, this.#parts.patience);
    } catch (error) {
      room.release();
      throw error;
    }
  }
}

/** A spool file that is not written to beyond what is promised to it. */
class RoomySpoolFile implements SpoolFile {
  readonly #below: SpoolFile;
  readonly #room: Reservation;
  readonly #patience: number;
  /** Bytes that may be in it. */
  #promised: number;

  constructor(below: SpoolFile, room: Reservation, promised: number, patience: number) {
    this.#below = below;
    this.#room = room;
    this.#promised = promised;
    this.#patience = patience;
  }

  get path(): string {
    return this.#below.path;
  }

  get size(): number {
    return this.#below.size;
  }

  async expect(size: number): Promise<void> {
    await this.#promise(size, size);
  }

  async append(pieces: readonly Uint8Array[]): Promise<void> {
    const before = this.size;
    const after = pieces.reduce((sum, piece) => sum + piece.length, before);
    if (after > this.#promised) await this.#promise(after, after + STEP);
    try {
      await this.#below.append(pieces);
    } finally {
      this.#room.wrote(this.size - before);
    }
  }

  /** Room for so many bytes in all, and rather for some more. */
  async #promise(least: number, rather: number): Promise<void> {
    if (least <= this.#promised) return;
    const more = (to: number, patience: number) => this.#room.extend(to - this.#promised, patience);
    if (rather > least && (await more(rather, 0))) this.#promised = rather;
    else if (await more(least, this.#patience)) this.#promised = least;
    else noRoom();
  }

  open(): Promise<ByteReader> {
    return this.#below.open();
  }

  sync(): Promise<void> {
    return this.#below.sync();
  }

  async discard(): Promise<void> {
    await this.#below.discard();
    this.#room.release();
  }
}

function noPlace(cause: unknown): Failure {
  return new Failure('overloaded', 'Files cannot be received just now.', {
    cause,
    retryAfter: ASK_AGAIN,
  });
}

function noRoom(): never {
  throw new Failure('overloaded', 'The disk has no room to receive the file just now.', {
    retryAfter: ASK_AGAIN,
  });
}
