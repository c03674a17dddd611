import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessControl } from './access/access-control.js';
import { ArtifactService } from './artifacts/artifact-service.js';
import { SidecarService } from './artifacts/sidecar-service.js';
import type { VerifyProvenance } from './attestations/worker-verifier.js';
import type { Config } from './config/config.js';
import { NO_FEED } from './domain/malware-feed.js';
import { findDeniedSince } from './exposure/denied-since.js';
import { loadExposureState } from './exposure/exposure-state.js';
import { ExposureWatch } from './exposure/exposure-watch.js';
import type { FeedService } from './feed/feed-service.js';
import { createApp } from './http/app.js';
import { withAuthentication } from './http/authenticate.js';
import { readCertificate, watchCertificate } from './http/certificate.js';
import { clientIdentifier } from './http/client.js';
import { DecisionRecorder } from './http/decision-recorder.js';
import { closeGracefully, createHttpServer } from './http/server.js';
import type { HttpSettings, Services } from './http/services.js';
import { withWarmPages } from './http/warm-pages.js';
import { createInspector } from './inspection/worker-inspector.js';
import { FileDecisionLog } from './observe/decision-log.js';
import { Health } from './observe/health.js';
import type { Log } from './observe/log.js';
import { createMetrics, type Metrics } from './observe/metrics.js';
import { ResilientDecisionLog } from './observe/resilient-decision-log.js';
import { PageLoader } from './pages/page-loader.js';
import { ProjectListService } from './pages/project-list.js';
import { ProjectPagesService } from './pages/project-pages-service.js';
import { readInThread } from './policy/read-in-thread.js';
import { PolicyWatcher } from './policy/watcher.js';
import { writeAtomically } from './store/disk/atomic-file.js';
import { DiskBlobStore } from './store/disk/disk-blob-store.js';
import { DiskFindingsStore } from './store/disk/disk-findings-store.js';
import { DiskPageStore } from './store/disk/disk-page-store.js';
import { DiskSpool } from './store/disk/disk-spool.js';
import { RoomySpool } from './store/disk/roomy-spool.js';
import { TemporarySpool } from './store/disk/temporary-spool.js';
import { MemoryBlobTier } from './store/memory-blob-tier.js';
import { HttpUpstream } from './upstream/http-upstream.js';
import { createNetwork, type Network } from './upstream/network.js';
import { Judge } from './verdicts/judge.js';
import { makeAttesting } from './wiring/attesting.js';
import { noteArtifactEvent, notePageEvent, notePolicy } from './wiring/note-events.js';
import { accessControl, makeFeed } from './wiring/optional-parts.js';
import { formatProblem } from './yaml/problem.js';

/** What comes in from outside, so that a test can stop time and watch what is logged. */
export interface Outside {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** 0 to 1, by which background work is spread; a test that wants none of it gives a large number. */
  readonly random?: () => number;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  /** Instead of sigstore's public-good instance: whom to believe who published a file. */
  readonly verifyProvenance?: VerifyProvenance;
}

/** A Wheelgate that is made, and not yet listening. */
export interface Wheelgate {
  readonly server: Server;
  readonly access: AccessControl | undefined;
  readonly pages: ProjectPagesService;
  readonly judge: Judge;
  readonly policies: PolicyWatcher;
  readonly metrics: Metrics;
  readonly exposure: ExposureWatch;
  readonly feed: FeedService | undefined;
  /** Binds the port. @returns where it listens */
  listen(): Promise<AddressInfo>;
  /** Ends in good order: what is under way finishes, up to the configured grace. */
  close(): Promise<void>;
}

/** Blobs up to here are answered from memory, in bytes. */
const MEMORY_BLOB = 4 * 2 ** 20;
/** No artifact is longer than this, in bytes: an upstream that never ends must not fill the disk. */
const MAX_ARTIFACT = 32 * 2 ** 30;
/** Upstream pages on disk, in all, in bytes: they are what is served while an upstream is down. */
const PAGES_ON_DISK = 2 * 2 ** 30;
/** How long a client may use a page unasked, in seconds: a new denial reaches it soon. */
const PAGE_MAX_AGE = 10;
/** How long an idle connection is kept, in milliseconds: longer than load balancers do, commonly 60 s. */
const KEEP_ALIVE = 75_000;

/**
 * Builds everything and hands each part what it needs: the only place that knows which adapter stands behind
 * which interface.
 * @throws {PolicyError} where the policy does not validate
 */
export async function compose(config: Config, outside: Outside): Promise<Wheelgate> {
  const { now, log } = outside;
  const metrics = createMetrics();
  const health = new Health();
  const network = createNetwork(outside.env);
  const upstreams = upstreamsOf(config, network, metrics);

  const folders = config.policies === undefined ? [] : [config.policies];
  const policies = await PolicyWatcher.start(folders, {
    upstreams: upstreams.map((upstream) => upstream.name),
    now,
    read: readInThread(),
    onLoad: (loaded) => {
      notePolicy(loaded, metrics, now());
      health.set('policy', 'ok', `revision ${loaded.policy.revision}`);
      log.info({ revision: loaded.policy.revision }, 'policy in force');
      for (const warning of loaded.warnings) log.warn(formatProblem(warning));
    },
    onProblem: (problems) => {
      metrics.policyLoadFailures.inc();
      health.set(
        'policy',
        'degraded',
        'an edit does not validate; the policy before it is in force',
      );
      for (const problem of problems) log.error(`policy not taken over: ${formatProblem(problem)}`);
    },
  });

  // What can stop the start comes before what would have to be taken down again.
  const access = await accessControl(config, now, health, log);
  const certificate = config.tls && (await readCertificate(config.tls));

  const at = (name: string): string => join(config.data, name);
  const main = new DiskSpool(at('spool'));
  await main.sweep();
  const spare = new TemporarySpool(tmpdir());
  const disk = new DiskBlobStore({
    directory: at('blobs'),
    maxBytes: config.cache.disk,
    minFree: config.cache.minFree,
  });
  const spool = new RoomySpool({
    main: { spool: main, directory: at('spool') },
    spare: { spool: spare, directory: tmpdir() },
    reclaim: (bytes) => disk.reclaim(bytes),
  });
  const blobs = new MemoryBlobTier(disk, {
    maxBytes: config.cache.memory,
    maxBlobBytes: Math.min(MEMORY_BLOB, config.cache.memory),
    onLookup: (result) => metrics.cacheRequests.inc({ tier: 'memory', result }),
  });
  const pageStore = new DiskPageStore(at('pages'), PAGES_ON_DISK);
  const findings = new DiskFindingsStore(at('findings'));
  const feed = makeFeed(
    config,
    network,
    { now, random: outside.random ?? Math.random },
    { health, log, metrics },
  );
  const attesting = makeAttesting(config, {
    network,
    now,
    metrics,
    log,
    verify: outside.verifyProvenance,
    onKnown: (project) => pages.invalidate(project),
  });
  const { attestations } = attesting;
  const judge = new Judge(policies, findings, attestations, now, () => feed?.current ?? NO_FEED);
  const pageHit = metrics.series(metrics.cacheRequests, { tier: 'pages', result: 'hit' });
  const loader = new PageLoader({
    upstreams,
    store: pageStore,
    ttl: config.cache.pageTtl,
    memoryBytes: config.cache.pages,
    now,
    onEvent: (event) =>
      event.kind === 'cache' && event.result === 'hit'
        ? pageHit()
        : notePageEvent(event, metrics, log),
  });
  const pages = new ProjectPagesService(loader, judge, now);
  const inspector = createInspector(config.inspection);
  const artifacts = new ArtifactService({
    pages,
    judge,
    blobs,
    spool,
    findings,
    inspector,
    attestations,
    maxSize: MAX_ARTIFACT,
    onEvent: (event) => noteArtifactEvent(event, metrics, log),
  });
  const decisions = new ResilientDecisionLog(new FileDecisionLog(config.decisions, now), {
    onLost: (decision, err) => {
      metrics.decisionLogFailures.inc();
      health.set('decision-log', 'degraded', 'decisions go to the log on standard output instead');
      log.error({ err, decision }, 'a decision could not be written to its log');
    },
    onRecovered: () => health.set('decision-log', 'ok'),
  });
  const recorder = new DecisionRecorder(
    decisions,
    metrics,
    clientIdentifier(config.trustedProxies),
    now,
  );

  const exposure = new ExposureWatch({
    load: () => loadExposureState(at('exposure.json')),
    save: (state) => writeAtomically(at('exposure.json'), Buffer.from(JSON.stringify(state))),
    search: () => findDeniedSince(config.decisions.file, judge, findings),
    onExposed: (exposed) => {
      metrics.exposedDownloads.inc({ rule: exposed.rule }, exposed.downloads);
      const { revision } = policies.current;
      const time = new Date(now()).toISOString();
      log.warn({ exposed }, 'clients were given an artifact that is denied by now');
      void decisions.append({ event: 'exposed', time, revision, ...exposed });
    },
    onError: (err) =>
      log.warn({ err }, 'the decision log could not be searched for what is denied'),
  });
  policies.onChange(() => exposure.check(judge.basis));
  feed?.onChange(() => exposure.check(judge.basis));

  // What earlier runs have left on disk is learnt in the background: nothing waits for it.
  const scans = Promise.all([disk.scan(), pageStore.scan()]).catch((error: unknown) =>
    log.warn({ err: error }, 'the cache on disk could not be looked through'),
  );
  void scans.then(() => exposure.check(judge.basis));
  metrics.onCollect(() => {
    const synced = feed?.current.syncedAt;
    if (synced !== undefined) metrics.feedAge.set((now() - synced) / 1_000);
    metrics.cacheBytes.set({ tier: 'memory' }, blobs.bytes);
    metrics.cacheBytes.set({ tier: 'disk' }, disk.bytes);
    metrics.cacheBytes.set({ tier: 'pages' }, pageStore.bytes);
  });

  const services: Services = {
    pages,
    projectList: new ProjectListService(upstreams, now),
    artifacts,
    sidecars: new SidecarService({ pages, judge, blobs, spool }),
    judge,
    recorder,
    decisionLog: config.decisions.file,
    upstreams,
    metrics,
    health,
    log,
  };
  const settings = httpSettings(config);
  const listener = withWarmPages(createApp(services, settings), services, settings);
  const server = createHttpServer(
    access === undefined
      ? listener
      : withAuthentication(listener, (header) => access.identify(header)),
    {
      maxHeaderBytes: config.server.headerBytes,
      headersTimeout: config.server.headersTimeout,
      keepAliveTimeout: KEEP_ALIVE,
    },
    certificate,
  );
  const renewal =
    config.tls &&
    (await watchCertificate(
      config.tls,
      (certificate) => {
        if ('setSecureContext' in server) server.setSecureContext(certificate);
        health.set('certificate', 'ok');
        log.info('the certificate was renewed');
      },
      (err) => {
        health.set('certificate', 'degraded', 'a change does not hold; the one before is in use');
        log.error({ err }, 'certificate not taken over');
      },
    ));
  return {
    server,
    access,
    pages,
    judge,
    policies,
    metrics,
    exposure,
    feed,
    listen: async () => {
      await feed?.start();
      return listen(server, config);
    },
    close: async () => {
      health.set('server', 'failed', 'stopping');
      policies.close();
      feed?.close();
      access?.close();
      renewal?.close();
      const grace = config.server.shutdownGrace;
      await Promise.all([closeGracefully(server, grace), artifacts.close(grace)]);
      await exposure.settled();
      await Promise.all([inspector.close(), decisions.close(), spare.close(), scans]);
      await network.close();
      await attesting.close();
    },
  };
}

function upstreamsOf(config: Config, network: Network, metrics: Metrics): HttpUpstream[] {
  return config.upstreams.map(
    (upstream) =>
      new HttpUpstream(
        { ...upstream, isPublic: upstream.public },
        network,
        (name, status, seconds) => {
          metrics.upstreamRequests.inc({ upstream: name, status: String(status) });
          metrics.upstreamDuration.observe({ upstream: name }, seconds);
        },
      ),
  );
}

function httpSettings(config: Config): HttpSettings {
  return {
    gate: config.gate,
    contact: config.contact,
    publicUrl: config.publicUrl?.replace(/\/+$/, ''),
    trustedProxies: config.trustedProxies,
    pageMaxAge: PAGE_MAX_AGE,
    maxUrlLength: config.server.urlLength,
  };
}

function listen(server: Server, config: Config): Promise<AddressInfo> {
  const { host, port } = config.listen;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}
