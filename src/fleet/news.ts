import type { AttestationRecord } from '../domain/attestation.js';
import type { Inspection } from '../domain/finding.js';
import type { LearntBytes } from '../domain/integrity.js';
import type { Probe } from '../domain/probe.js';
import type { ProjectName } from '../domain/project-name.js';

/** Something that one has learnt, and that those beside it should know, too. */
export type Learnt =
  | { readonly kind: 'findings'; readonly project: ProjectName; readonly inspection: Inspection }
  | { readonly kind: 'probe'; readonly project: ProjectName; readonly inspection: Probe }
  | {
      readonly kind: 'attestation';
      readonly project: ProjectName;
      readonly record: AttestationRecord;
    }
  | ({ readonly kind: 'bytes' } & LearntBytes)
  /** The upstream's page is another: what is kept of it in memory is of the past. */
  | {
      readonly kind: 'page';
      readonly project: ProjectName;
      /** Milliseconds since 1970: when it was checked; undefined where it lies in the store already. */
      readonly checkedAt?: number;
    }
  /** Some news may have been lost: what the others have learnt is to be asked for. */
  | { readonly kind: 'missed' };

/** What those who share a cache tell each other. Whoever misses some of it asks the stores, or looks again. */
export interface News {
  /** Tells the others. */
  tell(learnt: Learnt): void;
  /** Calls back with what others tell. */
  onTold(listener: (learnt: Learnt) => void): void;
}
