/**
 * Leases that expire, for work of seconds without followers: a process without the lease waits for news of the result,
 * and then continues without. They save work and decide nothing.
 */
export interface ShortLeases {
  /**
   * Never rejects; if there is no reply, the lease is granted.
   * @param lasts milliseconds
   * @returns whether it is granted
   */
  take(key: string, lasts: number): Promise<boolean>;
}
