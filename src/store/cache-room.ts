/**
 * Limits a folder of cached files: it tracks their last use and removes the least recently used. Files are named by
 * their path below the folder.
 */
export interface CacheRoom {
  /**
   * Makes room for a file that will be written, or replaced; until `use` or `forget`, it is counted and not removed.
   * @param size in bytes
   * @returns false if it does not fit, because the other files are in use or the disk is full of other data
   */
  admit(name: string, size: number): Promise<boolean>;
  /** A file was written or used. @param size in bytes */
  use(name: string, size: number): void;
  /** A file was removed, or will not be written. */
  forget(name: string): void;
}

/** The cache rooms of one machine. */
export interface Rooms {
  readonly blobs: CacheRoom;
  readonly pages: CacheRoom;
}

/** The limited folders. */
export type CacheName = keyof Rooms;
