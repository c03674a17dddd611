import type { ReplicaNote } from './replica-note.js';

/** What an overview says of the service beside the decisions. */
export interface ServiceState {
  readonly policy: {
    readonly revision: string;
    readonly mode: 'enforce' | 'dry-run';
    /** When it came into force, ISO 8601. */
    readonly since: string;
    /** Whether an edit since could not be taken over. */
    readonly failing: boolean;
  };
  /** When the malware feed was last known to be current, ISO 8601; undefined where it never was, or none is wanted. */
  readonly feed: string | undefined;
  /** Those that end within two weeks, the next first. */
  readonly waivers: readonly {
    readonly rule: string;
    readonly project: string;
    readonly versions: string;
    readonly owner: string;
    /** ISO 8601. */
    readonly expires: string;
  }[];
  /** All that serve the same cache, by their names; absent where this one is alone. */
  readonly replicas?: readonly ReplicaNote[];
  /** Where Redis does not answer: when it last did, ISO 8601. What is said of the other replicas is as of then. */
  readonly replicasAsOf?: string;
}
