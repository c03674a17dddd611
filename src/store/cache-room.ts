/**
 * What keeps a folder of cached files within its bounds: it knows who was used when, and removes the least
 * recently used. Files are named by their path below the folder.
 */
export interface CacheRoom {
  /**
   * Makes room for a file that is about to be there, in place of one of its name; until `use` or `forget` it is counted
   * and not removed.
   * @param size in bytes
   * @returns false where it does not fit, because the rest is in use or the disk is full of other things
   */
  admit(name: string, size: number): Promise<boolean>;
  /** A file is there, or was used. @param size in bytes */
  use(name: string, size: number): void;
  /** A file is gone, or will not come. */
  forget(name: string): void;
}

/** Those of one machine. */
export interface Rooms {
  readonly blobs: CacheRoom;
  readonly pages: CacheRoom;
}

/** The folders whose bounds are kept. */
export type CacheName = keyof Rooms;
