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
import type { SightingsStore } from '../store/sightings-store.js';
import type { StartPlacesMet } from '../store/start-places-met.js';
import type { SuspectedProjects } from '../store/suspected-projects.js';
import type { Leases } from './leases.js';
import type { Learnt, News } from './news.js';
import type { SharedProjects } from './shared-projects.js';
import type { ShortLeases } from './short-leases.js';

/** Stored data that are the same for all processes with a shared cache. */
export interface Stores {
  readonly blobs: BlobStore;
  /** Artifacts outside this machine; undefined if there are none. */
  readonly sharedBlobs: SharedBlobs | undefined;
  readonly pages: PageStore;
  readonly findings: FindingsStore;
  /** The results of probes, separate from those of inspections. */
  readonly probes: FindingsStore;
  /** The projects with findings or refusals. */
  readonly suspected: SuspectedProjects;
  /** The places at which artifacts run code at the start together. */
  readonly startPlaces: StartPlacesMet;
  readonly attestations: AttestationStore;
  /** The targets of the links in refusals. */
  readonly links: LinkStore;
  /** Digests that match a verified declared one. */
  readonly facts: SeenStore;
  /** The first digests of files without a strong declared one. */
  readonly pins: SeenStore;
  readonly sightings: SightingsStore;
}

/**
 * The shared parts of all processes that serve the same cache, on any machine. There is one implementation for a single
 * process, and one for a worker.
 * It makes no decisions: sharing saves work, and each process makes its own verdicts.
 */
export interface Fleet {
  readonly leases: Leases;
  readonly shortLeases: ShortLeases;
  readonly news: News;
  /** Knowledge of projects outside this machine; undefined if it is not shared. */
  readonly projects: SharedProjects | undefined;
  readonly stores: Stores;
  readonly decisions: DecisionLog;
  readonly decisionReader: DecisionReader;
  readonly decisionQueries: DecisionQueries;
  /** Searches the log itself for the pages, within limits. */
  readonly logSearch: LogSearch;
  /**
   * Decisions of other replicas that the search does not find.
   * @param heardSince the first time covered by the received ones, ISO 8601; undefined for none
   */
  readonly missingDecisions: (heardSince: string | undefined) => Promise<readonly Missing[]>;
  readonly liveDecisions: LiveDecisions;
}

/** Adds the facts of other processes to the stores. Users of digests and pages handle those themselves. */
export function learn({ findings, probes, attestations }: Stores, learnt: Learnt): void {
  if (learnt.kind === 'findings') findings.learn(learnt.project, learnt.inspection);
  else if (learnt.kind === 'probe') probes.learn(learnt.project, learnt.inspection);
  else if (learnt.kind === 'attestation') attestations.learn(learnt.project, learnt.record);
}
