import type { FillLeases } from '../artifacts/fill-leases.js';
import type { DecisionLog } from '../decisions/log.js';
import type { DecisionReader } from '../decisions/reader.js';
import type { AttestationRecord } from '../domain/attestation.js';
import type { Inspection } from '../domain/finding.js';
import type { MalwareFeed } from '../domain/malware-feed.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Health } from '../observe/health.js';
import type { Metrics } from '../observe/metrics.js';
import type { PolicySource } from '../policy/policy.js';
import type { LearntBytes } from '../project-pages/known-bytes.js';
import type { Network } from '../runtime/network.js';
import type { CacheRoom } from '../store/cache-room.js';

/** Something that one process has learnt, and that those beside it should know, too. */
export type Learnt =
  | { readonly kind: 'findings'; readonly project: ProjectName; readonly inspection: Inspection }
  | {
      readonly kind: 'attestation';
      readonly project: ProjectName;
      readonly record: AttestationRecord;
    }
  | ({ readonly kind: 'bytes' } & LearntBytes)
  /** The upstream's page is another: what is kept of it in memory is of the past. */
  | { readonly kind: 'page'; readonly project: ProjectName };

/**
 * What the processes of one machine have in common. One that is alone keeps it itself (`keeper.ts`), a worker
 * among several asks its primary (`workers/`).
 */
export interface Shared {
  /** Which of several workers this is, from 1; undefined where there is one process. */
  readonly slot: number | undefined;
  readonly network: Network;
  readonly metrics: Metrics;
  /** All metrics of all processes in Prometheus's text form. */
  readonly metricsText: () => Promise<string>;
  readonly health: Health;
  readonly policies: PolicySource;
  /** Undefined where the settings want no malware feed. */
  readonly feed: { readonly current: MalwareFeed } | undefined;
  readonly decisions: DecisionLog;
  readonly decisionReader: DecisionReader;
  readonly rooms: { readonly blobs: CacheRoom; readonly pages: CacheRoom };
  readonly leases: FillLeases;
  /** Tells the others. */
  readonly share: (learnt: Learnt) => void;
  /** Calls back with what others tell. */
  readonly onLearnt: (listener: (learnt: Learnt) => void) => void;
}
