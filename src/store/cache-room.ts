/**
 * What keeps a folder of cached files within its bounds: it knows who was used when, and removes the least
 * recently used. Files are named by their path below the folder.
 */
export interface CacheRoom {
  /** A file is there, or was used. @param size in bytes */
  use(name: string, size: number): void;
  /** A file is gone. */
  forget(name: string): void;
  /**
   * Removes files until `more` bytes fit.
   * @param minFree what must be free on the file system, in bytes, where that is not the usual bound
   * @returns false where they do not fit, because the rest is in use or the disk is full of other things.
   */
  makeRoom(more: number, minFree?: number): Promise<boolean>;
}

/** Those of one machine. */
export interface Rooms {
  readonly blobs: CacheRoom;
  readonly pages: CacheRoom;
}
