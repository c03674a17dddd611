/** Where bytes lie, as a value that can be told to another process. */
export type Place = {
  /** A file of this machine. */
  readonly kind: 'file';
  readonly path: string;
};

/** Reads bytes from anywhere, as often as wanted. */
export interface ByteReader {
  /**
   * Reads from `start` on into a buffer of the caller's.
   * @returns how many bytes; 0 at the end
   */
  read(into: Buffer, start: number): Promise<number>;
  /** Gives it back. Calling it twice is harmless. */
  close(): Promise<void>;
}

/** Bytes that may still be coming in. */
export interface GrowingBytes {
  /** Undefined where they are in the memory of this process: nobody else can read them. */
  readonly place: Place | undefined;
  /** A reader of the caller's own. Undefined where the bytes are no longer there. */
  open(): Promise<ByteReader | undefined>;
}

/** Finds the bytes at a place. */
export type BytesAt = (place: Place) => GrowingBytes;
