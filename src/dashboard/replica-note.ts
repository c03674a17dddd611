/** A replica that shares the cache, as known to the responding replica. */
export interface ReplicaNote {
  readonly name: string;
  /**
   * `self`: the responding replica. `silent`: no message for 15 s, without a shutdown notice. `last-known`: present
   * when Redis last responded.
   */
  readonly state: 'self' | 'present' | 'silent' | 'last-known';
  /** Policy revision in force. */
  readonly revision: string;
  /** Wheelgate version. */
  readonly version: string;
  /** Inspector version. A new version inspects files again. */
  readonly inspector: number;
  /** ISO 8601: start time. */
  readonly started: string;
  /** ISO 8601: time of the last message. */
  readonly at: string;
}
