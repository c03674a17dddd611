import type { ReplicaNote } from './replica-note.js';

/** The state of the service in an overview, in addition to the decisions. */
export interface ServiceState {
  readonly policy: {
    readonly revision: string;
    readonly mode: 'enforce' | 'dry-run';
    /** ISO 8601: activation time. */
    readonly since: string;
    /** Whether a later edit was rejected. */
    readonly failing: boolean;
  };
  /**
   * ISO 8601: the last time at which the malware feed was current. Absent if it was never current, or is not
   * configured.
   */
  readonly feed: string | undefined;
  /** Waivers that expire within two weeks, the next first. */
  readonly waivers: readonly {
    readonly rule: string;
    readonly project: string;
    readonly versions: string;
    readonly owner: string;
    /** ISO 8601. */
    readonly expires: string;
  }[];
  /** All replicas that share the cache, by name. Absent for a single server. */
  readonly replicas?: readonly ReplicaNote[];
  /** ISO 8601: the last response of Redis, if Redis is down. The data on other replicas is from that time. */
  readonly replicasAsOf?: string;
}
