import type { Spool, SpoolFile } from '../spool.js';
import { fileSystemFree } from './free-bytes.js';

/** A folder to receive in, and the file system's free bytes there. */
export interface SpoolPlace {
  readonly spool: Spool;
  readonly directory: string;
}

export interface RoomySpoolParts {
  /** Beside the blobs: what is received here is kept by renaming it. */
  readonly main: SpoolPlace;
  /** Elsewhere: what is received here is served, and not kept. */
  readonly spare: SpoolPlace;
  /** Asks the cache to give up so many bytes, as far as it can. */
  readonly reclaim: (bytes: number) => Promise<unknown>;
  /** Free bytes of the file system of a path; a test hands in its own. */
  readonly freeBytes?: (path: string) => Promise<number>;
}

/** Artifacts whose size nobody declares are taken for this long, in bytes. */
const UNKNOWN_SIZE = 64 * 2 ** 20;
/** Left over for the findings, the page and the decision that go with an artifact, in bytes. */
const MARGIN = 4 * 2 ** 20;

/**
 * Receives where there is room: beside the blobs, after the least recently used of them have gone if need be, or
 * else in a spare folder. So a full disk costs the cache, not the service.
 */
export class RoomySpool implements Spool {
  readonly #parts: RoomySpoolParts;

  constructor(parts: RoomySpoolParts) {
    this.#parts = parts;
  }

  async create(expected?: number): Promise<SpoolFile> {
    const { main, spare, reclaim } = this.#parts;
    const needed = (expected ?? UNKNOWN_SIZE) + MARGIN;
    // Without room anywhere the file system says so itself, in the middle of the transfer.
    const begin = () => main.spool.create(expected);
    if (await this.#hasRoom(main, needed)) return begin();
    await reclaim(needed);
    if (await this.#hasRoom(main, needed)) return begin();
    if (!(await this.#hasRoom(spare, needed))) return begin();
    // The spare folder may not be there at all: a container's root is often read-only.
    return spare.spool.create(expected).catch(begin);
  }

  async #hasRoom({ directory }: SpoolPlace, needed: number): Promise<boolean> {
    const freeBytes = this.#parts.freeBytes ?? fileSystemFree;
    return (await freeBytes(directory)) >= needed;
  }
}
