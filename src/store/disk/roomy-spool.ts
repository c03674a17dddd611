import { Failure } from '../../domain/failure.js';
import type { ByteReader } from '../bytes.js';
import type { Reservation, Space } from '../space.js';
import type { Spool, SpoolFile } from '../spool.js';

/** A folder for receiving files, with its room. */
export interface SpoolPlace {
  readonly spool: Spool;
  readonly space: Space;
}

export interface RoomySpoolParts {
  /** Next to the blobs: files received here are stored by renaming them. */
  readonly main: SpoolPlace;
  /** Elsewhere: files received here are served, but not stored. */
  readonly spare?: SpoolPlace;
  /** The maximum wait for room per file, in milliseconds. */
  readonly patience: number;
  /** Called with the error when no file can be created next to the blobs; with undefined when it works again. */
  readonly onUnusable?: (error: unknown) => void;
}

/** The reservation step for a file of unknown size. */
const STEP = 8 * 2 ** 20;
/** The retry interval after a failed reservation, in milliseconds. */
const ASK_AGAIN = 5_000;

/**
 * Receives files where there is room, which is reserved before each write: next to the blobs, of which the least
 * recently used are removed, or else in a spare folder. If neither has room, a file waits for it.
 */
export class RoomySpool implements Spool {
  readonly #parts: RoomySpoolParts;
  #unusable: unknown;

  constructor(parts: RoomySpoolParts) {
    this.#parts = parts;
  }

  /** @throws {Failure} overloaded if there is no room within `patience` */
  async create(expected?: number): Promise<SpoolFile> {
    const { main, patience, onUnusable } = this.#parts;
    const bytes = expected ?? STEP;
    let unusable: unknown;
    const begun = await this.#beginIn(main, bytes, 0).catch((error: unknown) => {
      unusable = error;
      return undefined;
    });
    if (unusable !== this.#unusable && (unusable === undefined || this.#unusable === undefined))
      onUnusable?.(unusable);
    this.#unusable = unusable;
    if (begun !== undefined)
      return new RoomySpoolFile(begun, patience, (size) => this.#beginInSpare(size));
    const other = await this.#beginInSpare(bytes);
    if (other !== undefined) return new RoomySpoolFile(other, patience);
    if (unusable !== undefined) throw noPlace(unusable);
    const later = patience > 0 ? await this.#beginIn(main, bytes, patience) : undefined;
    return later === undefined ? noRoom() : new RoomySpoolFile(later, patience);
  }

  /** The spare folder may not exist: a container's root is often read-only. */
  async #beginInSpare(bytes: number): Promise<Begun | undefined> {
    const { spare } = this.#parts;
    return spare && (await this.#beginIn(spare, bytes, 0).catch(() => undefined));
  }

  async #beginIn(
    { spool, space }: SpoolPlace,
    bytes: number,
    patience: number,
  ): Promise<Begun | undefined> {
    const room = await space.reserve(bytes, patience);
    if (room === undefined) return undefined;
    try {
      return { file: await spool.create(bytes), room, promised: bytes };
    } catch (error) {
      room.release();
      throw error;
    }
  }
}

/** A file with room for its content. */
interface Begun {
  readonly file: SpoolFile;
  readonly room: Reservation;
  /** Reserved bytes. */
  readonly promised: number;
}

/** A spool file that is never written beyond its reservation. */
class RoomySpoolFile implements SpoolFile {
  readonly #patience: number;
  readonly #elsewhere: (bytes: number) => Promise<Begun | undefined>;
  #below: SpoolFile;
  #room: Reservation;
  /** The reserved size. */
  #promised: number;

  /** @param elsewhere creates another file, for one that turns out to be too large before its first byte */
  constructor(
    { file, room, promised }: Begun,
    patience: number,
    elsewhere: (bytes: number) => Promise<Begun | undefined> = async () => undefined,
  ) {
    this.#below = file;
    this.#room = room;
    this.#promised = promised;
    this.#patience = patience;
    this.#elsewhere = elsewhere;
  }

  get path(): string {
    return this.#below.path;
  }

  get size(): number {
    return this.#below.size;
  }

  async expect(size: number): Promise<void> {
    if (await this.#fits(size, 0)) return;
    const other = this.size === 0 ? await this.#elsewhere(size) : undefined;
    if (other === undefined) return this.#promise(size, size);
    await this.discard();
    this.#below = other.file;
    this.#room = other.room;
    this.#promised = other.promised;
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

  /** Reserves this much in total, and preferably more. */
  async #promise(least: number, rather: number): Promise<void> {
    if (rather > least && (await this.#fits(rather, 0))) return;
    if (!(await this.#fits(least, this.#patience))) noRoom();
  }

  /** Tries to reserve this much in total. */
  async #fits(bytes: number, patience: number): Promise<boolean> {
    if (bytes <= this.#promised) return true;
    if (!(await this.#room.extend(bytes - this.#promised, patience))) return false;
    this.#promised = bytes;
    return true;
  }

  open(): Promise<ByteReader> {
    return this.#below.open();
  }

  sync(): Promise<void> {
    return this.#below.sync();
  }

  moved(): void {
    this.#below.moved();
  }

  async discard(): Promise<void> {
    await this.#below.discard();
    this.#room.release();
  }
}

function noPlace(cause: unknown): Failure {
  return new Failure('overloaded', 'Files cannot be stored temporarily.', {
    cause,
    retryAfter: ASK_AGAIN,
  });
}

function noRoom(): never {
  throw new Failure('overloaded', 'The disk has no space for the file.', {
    retryAfter: ASK_AGAIN,
  });
}
