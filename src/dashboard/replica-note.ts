/** One of the replicas that serve the same cache, as the one that is asked knows it. */
export interface ReplicaNote {
  readonly name: string;
  /**
   * `self` is the one that is asked; `silent` has said nothing for 15 s, and has not said that it ends; `last-known` was there when
   * Redis last answered.
   */
  readonly state: 'self' | 'present' | 'silent' | 'last-known';
  /** Of the policy that it goes by. */
  readonly revision: string;
  /** Of Wheelgate. */
  readonly version: string;
  /** Of its inspector: another one looks at files again. */
  readonly inspector: number;
  /** When it began, ISO 8601. */
  readonly started: string;
  /** When it was last heard of, ISO 8601. */
  readonly at: string;
}
