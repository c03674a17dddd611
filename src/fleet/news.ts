import type { AttestationRecord } from '../domain/attestation.js';
import type { Inspection } from '../domain/finding.js';
import type { LearntBytes } from '../domain/integrity.js';
import type { Probe } from '../domain/probe.js';
import type { ProjectName } from '../domain/project-name.js';

/** A new fact for the other processes. */
export type Learnt =
  | { readonly kind: 'findings'; readonly project: ProjectName; readonly inspection: Inspection }
  | { readonly kind: 'probe'; readonly project: ProjectName; readonly inspection: Probe }
  | {
      readonly kind: 'attestation';
      readonly project: ProjectName;
      readonly record: AttestationRecord;
    }
  | ({ readonly kind: 'bytes' } & LearntBytes)
  /** The upstream's page has changed: the copy in memory is outdated. */
  | {
      readonly kind: 'page';
      readonly project: ProjectName;
      /** When it was checked, in milliseconds since 1970; undefined if it is already in the store. */
      readonly checkedAt?: number;
    }
  /** News may be lost: the others' facts must be queried. */
  | { readonly kind: 'missed' };

/**
 * Messages between the processes with a shared cache. A process that misses some reads the stores, or repeats the work.
 */
export interface News {
  /** Sends to the others. */
  tell(learnt: Learnt): void;
  /** Calls back with the others' messages. */
  onTold(listener: (learnt: Learnt) => void): void;
}
