/** Room that is promised to what one file will hold. Whoever has it gives it back in the end. */
export interface Reservation {
  /** Promises so many bytes more. @returns false where there is no room for them */
  extend(bytes: number, patience: number): Promise<boolean>;
  /** So many of the bytes are in the file: the file system counts them from now on. */
  wrote(bytes: number): void;
  /** Nothing more is to come. Calling it twice is harmless. */
  release(): void;
}

/** Room on a file system, promised before it is written to: what several receive at once fits together. */
export interface Space {
  /**
   * Promises room for bytes that are about to be written. What is only cached gives way to them.
   * @param patience how long to wait for it, in milliseconds; 0 for not at all
   * @returns undefined where there is none
   */
  reserve(bytes: number, patience: number): Promise<Reservation | undefined>;
}

/** Where there is no room at all. */
export const NO_SPACE: Space = { reserve: async () => undefined };

/** Those of one machine. */
export interface Spaces {
  /** Of the data folder. */
  readonly data: Space;
  /** Of the system's folder for temporary files, where that is another file system; else it has none. */
  readonly spare: Space;
}

export type SpaceName = keyof Spaces;
