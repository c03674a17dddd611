/** A file that is coming in. */
export interface Arriving {
  /** What of it is here. */
  readonly bytes: number;
  /** What it will have, where that is known. */
  readonly size: number | undefined;
  /** Since it began to come, in milliseconds. */
  readonly elapsed: number;
}

/** A file of which the rest is here sooner is not read ahead, in milliseconds. */
export const AHEAD_OF = 100;
/** How long a file must have been coming before it says how quickly the rest will, in milliseconds. */
const WATCHED = 20;
/** What has taken so many times as long as it is worth is read ahead, whatever else there is to do. */
const LONG = 10;

/**
 * Whether to read a file ahead from now on. It spares waiting, and costs: another thread, whose code has to be compiled, too.
 * While others are being inspected, it would take the processor from them.
 * @param isIdle whether nothing is being inspected
 * @param least how long the rest must take for it to be worth that, in milliseconds
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
