/** A file that is being received. */
export interface Arriving {
  /** The number of received bytes. */
  readonly bytes: number;
  /** The total number of bytes, if known. */
  readonly size: number | undefined;
  /** Time since the start of the transfer, in milliseconds. */
  readonly elapsed: number;
}

/** A file whose rest arrives sooner is not read ahead, in milliseconds. */
export const AHEAD_OF = 100;
/** The minimum duration of a transfer before its rate is used for an estimate, in milliseconds. */
const WATCHED = 20;
/** A transfer that has lasted this multiple of the minimum is read ahead, regardless of other work. */
const LONG = 10;

/**
 * Whether to start reading a file ahead. It saves waiting, at the cost of another thread, whose code must be compiled.
 * While others are being inspected, it would compete with them for the processor.
 * @param isIdle whether no inspection is running
 * @param least the minimum duration of the rest, in milliseconds
 */
export function isWorthReadingAhead(
  { bytes, size, elapsed }: Arriving,
  isIdle: boolean,
  least: number = AHEAD_OF,
): boolean {
  if (elapsed >= least * LONG) return true;
  if (!isIdle || elapsed < Math.min(WATCHED, least)) return false;
  // As quickly as until now.
  return size === undefined ? elapsed >= least : (size - bytes) * elapsed >= least * bytes;
}
