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
  /** Undefined where no page is prepared before it is requested. */
  readonly nextPages: Pick<NextPages, 'announce'> | undefined;
  readonly judge: Judge;
  readonly recorder: DecisionRecorder;
  /** What is said against releases, wherever they come from. */
  readonly advisories: Advisories;
  readonly questions: QuestionRecorder;
  readonly decisionQueries: DecisionQueries;
  /** Searches the log itself for pages, within bounds. */
  readonly logSearch: LogSearch;
  readonly liveDecisions: LiveDecisions;
  /** How the service is, beside what `/readyz` says. */
  readonly serviceState: () => Promise<ServiceState>;
  readonly policyReports: PolicyReports;
  readonly findings: Pick<FindingsStore, 'known'>;
  readonly links: LinkStore;
  /** What is on its way from spool files to clients. */
  readonly departing: FairShare;
  readonly metrics: Metrics;
  /** All metrics, of the processes beside this one, too, in Prometheus's text form. */
  readonly metricsText: () => Promise<string>;
  readonly health: Health;
  /** Undefined where anybody may ask for anything. */
  readonly authenticate: Authenticate | undefined;
  /** Until when what requests are answered by is known to be in force. */
  readonly confirmation: Confirmation;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

/** Paths on the server's machine. */
export interface DashboardPlaces {
  /** Undefined where there are the shipped policies alone. */
  readonly policies: string | undefined;
  /** The decision log's file. */
  readonly log: string;
}

export interface DashboardSettings {
  readonly enabled: boolean;
  /** Whether it listens on a port of its own: then the other one has only what refusals link to. */
  readonly ownPort: boolean;
  /** Whether all of its pages are on the port that is asked. */
  readonly isWhole: boolean;
  /** Whether clients are named to everybody, where nobody has to show a token. */
  readonly identities: 'hidden' | 'shown';
  /** Makes pseudonyms of clients, where several servers are to make the same; undefined for a key of this process. */
  readonly pseudonymKey?: Uint8Array | undefined;
  /** Where things lie on this machine, for its admins. */
  readonly places: DashboardPlaces;
  /** Where the policy is edited: an https URL. */
  readonly policyRepository: string | undefined;
}

/** What the routes are told of the configuration. */
export interface HttpSettings {
  readonly gate: GateSettings;
  /** Which stored artifacts a front server sends. */
  readonly accelerate: Accelerate;
  /** Where to ask for a waiver, shown in refusals. */
  readonly contact: string | undefined;
  readonly dashboard: DashboardSettings;
  /** How clients reach us, without a trailing slash, where the Host header does not say it. */
  readonly publicUrl: string | undefined;
  /** Addresses or networks whose `X-Forwarded-…` headers are believed. */
  readonly trustedProxies: readonly string[];
  /** How long a client may use a project page unasked, in seconds. */
  readonly pageMaxAge: number;
  /** The longest request target, in characters. */
  readonly maxUrlLength: number;
}
