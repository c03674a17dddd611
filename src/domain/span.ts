/**
 * A period by the machine's clock, in milliseconds since 1970. That clock may be wrong at the start and may be changed
 * at any time: a check of only the end could then wait for years.
 */
export interface Span {
  readonly from: number;
  /** No longer within it. */
  readonly until: number;
}

/**
 * Whether it is current. A period in the future comes from a changed clock, and does not count, like one in the past.
 */
export function within({ from, until }: Span, now: number): boolean {
  return from <= now && now < until;
}
