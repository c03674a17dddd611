/**
 * Leases that end by themselves, for work of seconds that nobody follows: whoever does not get one waits for the news of what
 * came of it, and goes on without. They save work and decide nothing.
 */
export interface ShortLeases {
  /**
   * Never rejects; where nobody answers the lease is ours.
   * @param lasts milliseconds
   * @returns whether it is ours
   */
  take(key: string, lasts: number): Promise<boolean>;
}
