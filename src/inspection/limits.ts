/** Bounds of one inspection. Each overrun is a finding, and doubt refuses. */
export interface InspectionLimits {
  /** Entries in an archive. */
  readonly members: number;
  /** All members together, inflated, in bytes. */
  readonly inflatedBytes: number;
  /** Inflated bytes for one packed byte, looked at once 64 MiB have been inflated. */
  readonly ratio: number;
  /** Characters of a member's path. */
  readonly pathLength: number;
  /** Folders in a member's path. */
  readonly depth: number;
  /** Milliseconds. */
  readonly time: number;
  /** `all`: every member is inflated and its CRC and RECORD hash checked. `needed`: what is looked at. */
  readonly inflate: 'all' | 'needed';
}

export const DEFAULT_LIMITS: InspectionLimits = {
  members: 200_000,
  inflatedBytes: 32 * 2 ** 30,
  ratio: 200,
  pathLength: 1_024,
  depth: 64,
  time: 120_000,
  inflate: 'all',
};

/** Below this, a high ratio is only an empty table or a line of zeros. */
export const RATIO_FROM = 64 * 2 ** 20;
/** What is read whole to be looked at: METADATA, RECORD, hooks. In bytes. */
export const LOOKED_AT_BYTES = 64 * 2 ** 20;
