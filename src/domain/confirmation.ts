/**
 * Until when what a process judges by is known to be in force: policy, malware feed, tokens. A process that does not read
 * them itself may miss an edit, however well it is told: it may be stopped, or its messages late.
 */
export interface Confirmation {
  /** In milliseconds as `performance.now()` counts. Who judges at that time or later waits for `renewed` first. */
  readonly until: number;
  /** Resolves once it lies ahead again. @throws {Failure} where nobody confirms it in time */
  renewed(): Promise<void>;
}

/** Of a process that reads them itself: what it holds is in force. */
export const IN_FORCE: Confirmation = { until: Number.POSITIVE_INFINITY, renewed: async () => {} };
