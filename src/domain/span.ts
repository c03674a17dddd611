/**
 * A stretch of time by the machine's clock, in milliseconds since 1970. That clock may be wrong at the start and may
 * be set back or forward at any moment: whoever only asks whether the end has come waits for years then.
 */
export interface Span {
  readonly from: number;
  /** No longer within it. */
  readonly until: number;
}

/** Whether it is under way; one that lies ahead is of another time, and counts no more than one that is over. */
export function within({ from, until }: Span, now: number): boolean {
  return from <= now && now < until;
}
