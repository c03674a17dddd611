import type { Missing } from '../decisions/fleet-reader.js';
import type { LiveDecisions } from '../decisions/live-decisions.js';
import type { DecisionLog } from '../decisions/log.js';
import type { LogSearch } from '../decisions/log-search.js';
import type { DecisionQueries } from '../decisions/queries/decision-queries.js';
import type { DecisionReader } from '../decisions/reader.js';
import type { AttestationStore } from '../store/attestation-store.js';
import type { BlobStore } from '../store/blob-store.js';
import type { FindingsStore } from '../store/findings-store.js';
import type { LinkStore } from '../store/link-store.js';
import type { PageStore } from '../store/page-store.js';
import type { SeenStore } from '../store/seen-store.js';
import type { SharedBlobs } from '../store/shared-blobs.js';
import type { SuspectedProjects } from '../store/suspected-projects.js';
import type { Leases } from './leases.js';
import type { Learnt, News } from './news.js';
import type { SharedProjects } from './shared-projects.js';
import type { ShortLeases } from './short-leases.js';

/** What is kept and is the same for all who share a cache. */
export interface Stores {
  readonly blobs: BlobStore;
  /** Artifacts beyond this machine; undefined where there are none. */
  readonly sharedBlobs: SharedBlobs | undefined;
  readonly pages: PageStore;
  readonly findings: FindingsStore;
  /** What probes have seen, apart from what inspections have. */
  readonly probes: FindingsStore;
  /** Of which projects something was found, or refused. */
  readonly suspected: SuspectedProjects;
  readonly attestations: AttestationStore;
  /** What the links in refusals mean. */
  readonly links: LinkStore;
  /** Bytes whose declared digest was checked. */
  readonly facts: SeenStore;
  /** The first bytes of files without a strong digest. */
  readonly pins: SeenStore;
}

/**
 * What those have in common who serve the same cache, wherever they run. A process that is alone, and a worker among
 * several, each have an answer of their own.
 *
 * Nothing of it decides anything: what is shared saves work, and each judges for itself.
 */
export interface Fleet {
  readonly leases: Leases;
  readonly shortLeases: ShortLeases;
  readonly news: News;
  /** What is known of projects beyond this machine; undefined where nobody there shares it. */
  readonly projects: SharedProjects | undefined;
  readonly stores: Stores;
  readonly decisions: DecisionLog;
  readonly decisionReader: DecisionReader;
  readonly decisionQueries: DecisionQueries;
  /** Searches the log itself for pages, within bounds. */
  readonly logSearch: LogSearch;
  /**
   * Decisions of other replicas that the search does not find.
   * @param heardSince the first moment that is told of by what was heard of them, ISO 8601; undefined for none
   */
  readonly missingDecisions: (heardSince: string | undefined) => Promise<readonly Missing[]>;
  readonly liveDecisions: LiveDecisions;
}

/** Takes over into the stores what others have put. Of bytes and pages, those who use them take note. */
export function learn({ findings, probes, attestations }: Stores, learnt: Learnt): void {
  if (learnt.kind === 'findings') findings.learn(learnt.project, learnt.inspection);
  else if (learnt.kind === 'probe') probes.learn(learnt.project, learnt.inspection);
  else if (learnt.kind === 'attestation') attestations.learn(learnt.project, learnt.record);
}
