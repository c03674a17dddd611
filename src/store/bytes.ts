/** The location of bytes, as a value that can be sent to another process. */
export type Place = {
  /** A local file. */
  readonly kind: 'file';
  readonly path: string;
};

/** Random access to bytes at any location. */
export interface ByteReader {
  /** Reads from `start` into the caller's buffer. @returns the number of bytes; 0 at the end */
  read(into: Buffer, start: number): Promise<number>;
  /** Closes the reader. A second call has no effect. */
  close(): Promise<void>;
}

/** Bytes that may still be arriving. */
export interface GrowingBytes {
  /** Undefined if they are in this process's memory, where other processes cannot read them. */
  readonly place: Place | undefined;
  /** A separate reader for the caller. Undefined if the bytes have moved away. */
  open(): Promise<ByteReader | undefined>;
}

/** Opens the bytes at a place. */
export type BytesAt = (place: Place) => GrowingBytes;
