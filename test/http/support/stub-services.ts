import { Writable } from 'node:stream';
import { LogSearch } from '../../../src/decisions/log-search.js';
import type { DecisionRecord } from '../../../src/decisions/record.js';
import { NONE_KNOWN } from '../../../src/domain/attestation.js';
import { IN_FORCE } from '../../../src/domain/confirmation.js';
import { Failure } from '../../../src/domain/failure.js';
import { NO_NAMES } from '../../../src/domain/known-names.js';
import { NO_FEED } from '../../../src/domain/malware-feed.js';
import { NO_START_PLACES } from '../../../src/domain/start-partners.js';
import { clientIdentifier } from '../../../src/http/client.js';
import { NEVER } from '../../../src/http/delivery/accelerate.js';
import { DecisionRecorder } from '../../../src/http/delivery/decision-recorder.js';
import { QuestionRecorder } from '../../../src/http/question-recorder.js';
import type { HttpSettings, Services } from '../../../src/http/services.js';
import { Health } from '../../../src/observe/health.js';
import { createMetrics } from '../../../src/observe/metrics.js';
import { Advisories } from '../../../src/osv/advisories.js';
import type { Policy } from '../../../src/policy/policy.js';
import type { PreparedBody, ProjectPages } from '../../../src/project-pages/project-pages.js';
import { FairShare } from '../../../src/runtime/fair-share.js';
import { createLog } from '../../../src/runtime/log.js';
import { SuspectedProjects } from '../../../src/store/suspected-projects.js';
import { Judge } from '../../../src/verdicts/judge.js';

export const SETTINGS: HttpSettings = {
  gate: { mode: 'stream', holdBytes: 0, holdTime: 0, lastBlock: 1 },
  accelerate: NEVER,
  contact: undefined,
  dashboard: {
    enabled: true,
    ownPort: false,
    isWhole: true,
    identities: 'hidden',
    places: { policies: undefined, log: 'decisions.jsonl' },
    policyRepository: undefined,
  },
  publicUrl: undefined,
  trustedProxies: [],
  pageMaxAge: 10,
  maxUrlLength: 500,
};

const ALLOWING: Policy = {
  revision: 'stub',
  heedsFeedAge: false,
  heedsFixes: false,
  waiverMax: 90 * 86_400_000,
  evaluate: () => ({
    outcome: 'allow',
    decisive: undefined,
    hits: [],
    revision: 'stub',
    validUntil: Infinity,
  }),
  accuse: (about) => ALLOWING.evaluate(about),
  ofRelease: () => ({ hit: undefined, validUntil: Infinity }),
  unknownAttestations: () => [],
};

/** A page that no upstream has sent. */
export const PAGE: PreparedBody = {
  body: Buffer.from('{}'),
  etag: '"page"',
  contentEncoding: 'identity',
};

const nothingThere = async () => {
  throw new Failure('not-found', 'A stub has nothing.');
};

export const PAGES: ProjectPages = {
  render: async () => PAGE,
  ready: () => undefined,
  find: nothingThere,
  recent: () => undefined,
  list: async () => [],
  source: nothingThere,
  judged: nothingThere,
  staleness: () => undefined,
  invalidate: () => {},
};

/** What the routes call, with nothing behind it, and what it noted. */
export interface StubServices extends Services {
  readonly decisions: DecisionRecord[];
  readonly logged: Record<string, unknown>[];
}

/**
 * @param changed what is not as a stub has it
 * @param written called with each decision before it counts as written
 */
export function stubServices(
  changed: Partial<Services> = {},
  settings = SETTINGS,
  written: (record: DecisionRecord) => Promise<void> = async () => {},
): StubServices {
  const metrics = createMetrics();
  const decisions: DecisionRecord[] = [];
  const logged: Record<string, unknown>[] = [];
  const sink = new Writable({
    write: (line, _encoding, done) => {
      logged.push(JSON.parse(String(line)));
      done();
    },
  });
  const findings = {
    get: async () => undefined,
    known: async () => ({ get: () => undefined, named: () => [], all: () => [] }),
    put: async () => {},
    keep: async () => {},
    learn: () => {},
  };
  const policies = { current: ALLOWING, onChange: () => {} };
  const attestations = { known: async () => NONE_KNOWN };
  const log = {
    append: (record: unknown) => {
      decisions.push(record as DecisionRecord);
      return written(record as DecisionRecord);
    },
    close: async () => {},
  };
  const judge = new Judge(
    policies,
    {
      findings,
      attestations,
      feed: () => NO_FEED,
      names: () => NO_NAMES,
      startPlaces: NO_START_PLACES,
    },
    () => 0,
  );
  return {
    pages: PAGES,
    projectList: { open: nothingThere },
    legacyDocuments: { rewrite: nothingThere },
    artifacts: { open: nothingThere },
    sidecars: { open: nothingThere },
    nextPages: undefined,
    judge,
    recorder: new DecisionRecorder(
      log,
      metrics,
      clientIdentifier(settings.trustedProxies),
      () => 0,
    ),
    advisories: new Advisories({
      judge,
      findings,
      suspected: new SuspectedProjects(),
      feed: () => NO_FEED,
      recentFiles: () => undefined,
      upstreamOf: () => ({ upstream: 'stub', publicUpstream: true }),
      now: () => 0,
    }),
    questions: new QuestionRecorder({
      log,
      identify: clientIdentifier(settings.trustedProxies),
      now: () => 0,
      revision: () => judge.revision,
      upstreamOf: () => 'stub',
    }),
    logSearch: new LogSearch({ searchBack: nothingThere }),
    decisionQueries: {
      overview: nothingThere,
      refusals: nothingThere,
      requests: nothingThere,
      decision: nothingThere,
      history: nothingThere,
      refusedFiles: async () => [],
      usedProjects: async () => [],
    },
    serviceState: nothingThere,
    policyReports: { report: nothingThere, file: nothingThere },
    liveDecisions: { recent: async () => [], subscribe: () => () => {} },
    findings,
    links: { find: async () => [], note: async () => {} },
    departing: new FairShare(2 ** 19, 2 ** 16),
    metrics,
    metricsText: metrics.text,
    health: new Health(),
    authenticate: undefined,
    confirmation: IN_FORCE,
    now: () => 0,
    log: createLog('debug', sink),
    ...changed,
    decisions,
    logged,
  };
}
