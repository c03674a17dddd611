/**
 * Until when the policy, malware feed and tokens of a process are confirmed to be in force. A process that does not
 * read them itself may miss an edit despite announcements: it may be suspended, or its messages late.
 */
export interface Confirmation {
  /** In milliseconds as `performance.now()` counts. Who judges at that time or later waits for `renewed` first. */
  readonly until: number;
  /** Resolves once it is in the future again. @throws {Failure} if it is not confirmed in time */
  renewed(): Promise<void>;
}

/** For a process that reads them itself: its state is in force. */
export const IN_FORCE: Confirmation = { until: Number.POSITIVE_INFINITY, renewed: async () => {} };
