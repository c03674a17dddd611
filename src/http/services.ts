import type { ArtifactService } from '../artifacts/artifact-service.js';
import type { GateSettings } from '../artifacts/delivery-gate.js';
import type { SidecarService } from '../artifacts/sidecar-service.js';
import type { PolicyReports } from '../dashboard/policy-reports.js';
import type { ServiceState } from '../dashboard/service-state.js';
import type { LiveDecisions } from '../decisions/live-decisions.js';
import type { LogSearch } from '../decisions/log-search.js';
import type { DecisionQueries } from '../decisions/queries/decision-queries.js';
import type { Confirmation } from '../domain/confirmation.js';
import type { Health } from '../observe/health.js';
import type { Metrics } from '../observe/metrics.js';
import type { Advisories } from '../osv/advisories.js';
import type { LegacyDocuments } from '../project-pages/legacy/documents.js';
import type { NextPages } from '../project-pages/next-pages.js';
import type { ProjectList } from '../project-pages/project-list.js';
import type { ProjectPages } from '../project-pages/project-pages.js';
import type { FairShare } from '../runtime/fair-share.js';
import type { Log } from '../runtime/log.js';
import type { FindingsStore } from '../store/findings-store.js';
import type { LinkStore } from '../store/link-store.js';
import type { Judge } from '../verdicts/judge.js';
import type { Authenticate } from './admission.js';
import type { Accelerate } from './delivery/accelerate.js';
import type { DecisionRecorder } from './delivery/decision-recorder.js';
import type { QuestionRecorder } from './question-recorder.js';

/** All that the routes call, as `compose/` hands it in. */
export interface Services {
  readonly pages: ProjectPages;
  readonly projectList: ProjectList;
  readonly legacyDocuments: Pick<LegacyDocuments, 'rewrite'>;
  readonly artifacts: Pick<ArtifactService, 'open'>;
  readonly sidecars: Pick<SidecarService, 'open'>;
  /** Undefined if pages are not prepared before they are requested. */
  readonly nextPages: Pick<NextPages, 'announce'> | undefined;
  readonly judge: Judge;
  readonly recorder: DecisionRecorder;
  /** Advisories on releases, from all sources. */
  readonly advisories: Advisories;
  readonly questions: QuestionRecorder;
  readonly decisionQueries: DecisionQueries;
  /** Searches the log itself for pages, within bounds. */
  readonly logSearch: LogSearch;
  readonly liveDecisions: LiveDecisions;
  /** The state of the service, in addition to `/readyz`. */
  readonly serviceState: () => Promise<ServiceState>;
  readonly policyReports: PolicyReports;
  readonly findings: Pick<FindingsStore, 'known'>;
  readonly links: LinkStore;
  /** Pieces in transit from spool files to clients. */
  readonly departing: FairShare;
  readonly metrics: Metrics;
  /** All metrics, including those of the other processes, in Prometheus text format. */
  readonly metricsText: () => Promise<string>;
  readonly health: Health;
  /** Undefined if no token is required. */
  readonly authenticate: Authenticate | undefined;
  /** Until when the state in force is confirmed. */
  readonly confirmation: Confirmation;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

/** Paths on the server's machine. */
export interface DashboardPlaces {
  /** Undefined if only the shipped policies are used. */
  readonly policies: string | undefined;
  /** The decision log's file. */
  readonly log: string;
}

export interface DashboardSettings {
  readonly enabled: boolean;
  /** Whether it has a separate port: the clients' port then only has the link targets of refusals. */
  readonly ownPort: boolean;
  /** Whether all of its pages are on the port that is asked. */
  readonly isWhole: boolean;
  /** Whether clients' identities are public if no token is required. */
  readonly identities: 'hidden' | 'shown';
  /** Makes pseudonyms of clients, where several servers are to make the same; undefined for a key of this process. */
  readonly pseudonymKey?: Uint8Array | undefined;
  /** Paths on this machine, for its administrators. */
  readonly places: DashboardPlaces;
  /** Where the policy is edited: an https URL. */
  readonly policyRepository: string | undefined;
}

/** The settings that the routes use. */
export interface HttpSettings {
  readonly gate: GateSettings;
  /** Which stored artifacts a front server sends. */
  readonly accelerate: Accelerate;
  /** Contact for waiver requests, shown in refusals. */
  readonly contact: string | undefined;
  readonly dashboard: DashboardSettings;
  /** Our URL as clients see it, without a trailing slash, if the Host header does not contain it. */
  readonly publicUrl: string | undefined;
  /** Addresses or networks whose `X-Forwarded-…` headers are trusted. */
  readonly trustedProxies: readonly string[];
  /** How long a client may use a project page unasked, in seconds. */
  readonly pageMaxAge: number;
  /** The longest request target, in characters. */
  readonly maxUrlLength: number;
}
