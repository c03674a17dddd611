import type { DecisionLog } from '../decisions/log.js';
import type { DecisionReader } from '../decisions/reader.js';
import type { MalwareFeed } from '../domain/malware-feed.js';
import type { Leases } from '../fleet/leases.js';
import type { News } from '../fleet/news.js';
import type { Health } from '../observe/health.js';
import type { Metrics } from '../observe/metrics.js';
import type { PolicySource } from '../policy/policy.js';
import type { Network } from '../runtime/network.js';
import type { CacheRoom } from '../store/cache-room.js';

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
  readonly leases: Leases;
  readonly news: News;
}
