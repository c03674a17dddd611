/** Room reserved for one file. The holder must release it. */
export interface Reservation {
  /** Reserves this many more bytes. @returns false if there is no room */
  extend(bytes: number, patience: number): Promise<boolean>;
  /** This many bytes were written: the file system counts them from now on. */
  wrote(bytes: number): void;
  /** Ends the reservation. A second call has no effect. */
  release(): void;
}

/** Room on a file system, reserved before it is written, so concurrent transfers fit together. */
export interface Space {
  /**
   * Reserves room for bytes before they are written. Cached files are removed for them.
   * @param patience the maximum wait in milliseconds; 0 for none
   * @returns undefined if there is no room
   */
  reserve(bytes: number, patience: number): Promise<Reservation | undefined>;
}

/** Never has room. */
export const NO_SPACE: Space = { reserve: async () => undefined };

/** The spaces of one machine. */
export interface Spaces {
  /** For the data folder. */
  readonly data: Space;
  /** For the system's folder for temporary files, if it is on another file system; otherwise it has no room. */
  readonly spare: Space;
}

export type SpaceName = keyof Spaces;
