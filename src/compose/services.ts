import { Prefetcher } from '../artifacts/ahead/prefetcher.js';
import { ArrivingMemory } from '../artifacts/arriving-memory.js';
import { ArtifactService } from '../artifacts/artifact-service.js';
import { SidecarService } from '../artifacts/sidecar-service.js';
import type { Config } from '../config/config.js';
import { type Fleet, learn } from '../fleet/fleet.js';
import { clientIdentifier } from '../http/client.js';
import { DecisionRecorder } from '../http/delivery/decision-recorder.js';
import { QuestionRecorder } from '../http/question-recorder.js';
import type { Services } from '../http/services.js';
import { createInspector } from '../inspection/inspect-in-thread.js';
import { LegacyDocuments } from '../project-pages/legacy/documents.js';
import { NextPages } from '../project-pages/next-pages.js';
import { ProjectListService } from '../project-pages/project-list.js';
import { ProjectPagesService } from '../project-pages/project-pages-service.js';
import { MemoryBudget } from '../runtime/memory-budget.js';
import { createAdvisories, noteDenied, upstreamOf } from './advisories.js';
import { createAttestations } from './attestations.js';
import { dataFolder } from './data-folder.js';
import { createFetchingAhead } from './fetched-ahead.js';
import { createDistantFills, sharesFills } from './fills.js';
import { createJudge } from './judge.js';
import type { Machine } from './machine.js';
import { noteArtifactEvent } from './note-events.js';
import { createKnownBytes, createPageLoader } from './page-loader.js';
import { createProbes } from './probes.js';
import type { Process } from './process.js';
import { createMeetings } from './shared-projects.js';
import { bytesAt } from './stores.js';
import { createUpstreams } from './upstreams.js';

/** No artifact is longer than this, in bytes: an upstream that never ends must not fill the disk. */
const MAX_ARTIFACT = 32 * 2 ** 30;
/** Incoming artifacts that are kept in memory instead of a file, in bytes. Longer ones benefit from reading ahead. */
const IN_MEMORY = { longest: 2 ** 20, total: 16 * 2 ** 20 };

/** Answers requests, in one process, after it listens. */
export interface PackageServices extends Omit<Services, 'authenticate' | 'confirmation'> {
  readonly artifacts: ArtifactService;
  /** Applies changes on disk: removed pins, certificates for indexes. */
  reload(): void;
}

/** Builds the services for requests from the parts of this process, its machine and the fleet. */
export function createServices(
  config: Config,
  process: Process,
  machine: Machine,
  fleet: Fleet,
): PackageServices {
  const { now, log, metrics, health, arriving, departing, closing } = process;
  const { stores, news, leases, decisions, logSearch, decisionQueries } = fleet;
  const { blobs, sharedBlobs, findings } = stores;
  const { all: upstreams, reload: reloadUpstreams } = createUpstreams(config, process);
  const attestations = createAttestations(
    config,
    process,
    stores.attestations,
    (project, record) => {
      pages.invalidate(project);
      news.tell({ kind: 'attestation', project, record });
    },
  );
  const probed = config.probe.action === 'on' ? stores.probes : undefined;
  const known = { findings, attestations, probes: probed, startPlaces: stores.startPlaces };
  const judge = createJudge(process, machine, known, decisionQueries);
  const knownBytes = createKnownBytes(process, fleet);
  const budget = new MemoryBudget(config.cache.pages / 2);
  const meetings =
    fleet.projects &&
    createMeetings(config, process, fleet.projects, stores, news, (project) =>
      pages.invalidate(project),
    );
  const loader = createPageLoader(config, process, fleet, upstreams, knownBytes, budget, meetings);
  const probes = createProbes(config, process, fleet, judge, {
    onLate: (project) => pages.invalidate(project),
    onDoubt: (listed) => ahead?.announce([listed]),
  });
  const pages: ProjectPagesService = new ProjectPagesService(
    loader,
    judge,
    now,
    budget,
    probes?.pages,
    (page) => ahead?.onJudged(page),
  );
  const advisories = createAdvisories({ process, machine, fleet, judge, pages, upstreams });
  const identify = clientIdentifier(config.trustedProxies);
  const inspector = createInspector(config.inspection);
  closing.add(() => inspector.close());
  const artifacts = new ArtifactService({
    pages,
    knownBytes,
    judge,
    blobs,
    sharedBlobs,
    spool: machine.spool,
    distantFills: createDistantFills(config, process),
    // Workers and other replicas read incoming artifacts from the spool.
    memory:
      process.member === undefined && !sharesFills(config)
        ? new ArrivingMemory(IN_MEMORY)
        : undefined,
    bytesAt,
    findings,
    inspector,
    leases,
    attestations,
    startPlaces: stores.startPlaces,
    arriving,
    maxSize: MAX_ARTIFACT,
    onEvent: (event) => noteArtifactEvent(event, metrics, log),
  });
  const ahead = createFetchingAhead(config, process, fleet.shortLeases, artifacts);
  news.onTold((learnt) => {
    if (learnt.kind === 'page') return loader.forget(learnt.project, learnt.checkedAt);
    if (learnt.kind === 'missed') return loader.doubt();
    if (learnt.kind === 'bytes') return knownBytes.learn(learnt);
    learn(stores, learnt);
    if (learnt.kind === 'probe') probes?.prober.learn(learnt.project, learnt.inspection);
    pages.invalidate(learnt.project);
  });
  return {
    pages,
    projectList: new ProjectListService(
      upstreams,
      dataFolder(config.data).listsOf(process.member),
      now,
    ),
    legacyDocuments: new LegacyDocuments(dataFolder(config.data).spool),
    artifacts,
    sidecars: new SidecarService({
      budget,
      pages,
      judge,
      blobs,
      artifacts,
      prefetcher: config.prefetch === 'on' ? new Prefetcher(artifacts) : undefined,
    }),
    nextPages: probes && new NextPages(pages),
    judge,
    recorder: new DecisionRecorder(noteDenied(decisions, stores.suspected), metrics, identify, now),
    advisories,
    questions: new QuestionRecorder({
      log: decisions,
      identify,
      now,
      revision: () => judge.revision,
      upstreamOf: (project) => upstreamOf(project, pages, upstreams).upstream,
    }),
    logSearch,
    decisionQueries,
    liveDecisions: fleet.liveDecisions,
    serviceState: machine.state,
    policyReports: machine.policyReports,
    findings,
    links: stores.links,
    departing,
    metrics,
    metricsText: machine.metricsText,
    health,
    now,
    log,
    reload: () => {
      knownBytes.forget();
      reloadUpstreams();
    },
  };
}
