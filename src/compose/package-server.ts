import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessControl } from '../access/access-control.js';
import { ArtifactService } from '../artifacts/artifact-service.js';
import { SidecarService } from '../artifacts/sidecar-service.js';
import type { Config } from '../config/config.js';
import { NO_FEED } from '../domain/malware-feed.js';
import { createApp } from '../http/app.js';
import { expiryOf, readCertificate, watchCertificate } from '../http/certificate.js';
import { clientIdentifier } from '../http/client.js';
import { accelerator, NEVER } from '../http/delivery/accelerate.js';
import { DecisionRecorder } from '../http/delivery/decision-recorder.js';
import { closeGracefully, createHttpServer } from '../http/server.js';
import type { HttpSettings, Services } from '../http/services.js';
import { createInspector } from '../inspection/inspect-in-thread.js';
import { settingsName } from '../inspection/limits.js';
import type { Metrics } from '../observe/metrics.js';
import { UPSTREAM_STATUSES, upstreamStatus } from '../observe/upstream-status.js';
import { KnownBytes } from '../project-pages/known-bytes.js';
import { PageLoader } from '../project-pages/page-loader.js';
import { Pins } from '../project-pages/pins.js';
import { ProjectListService } from '../project-pages/project-list.js';
import { ProjectPagesService } from '../project-pages/project-pages-service.js';
import type { Network } from '../runtime/network.js';
import { DiskBlobStore } from '../store/disk/disk-blob-store.js';
import { DiskFindingsStore } from '../store/disk/disk-findings-store.js';
import { DiskPageStore } from '../store/disk/disk-page-store.js';
import { DiskSeenStore } from '../store/disk/disk-seen-store.js';
import { DiskSpool } from '../store/disk/disk-spool.js';
import { bytesInFile } from '../store/disk/file-bytes.js';
import { RoomySpool } from '../store/disk/roomy-spool.js';
import { TemporarySpool } from '../store/disk/temporary-spool.js';
import type { FindingsStore } from '../store/findings-store.js';
import { MemoryBlobTier } from '../store/memory-blob-tier.js';
import { PassingFindings } from '../store/passing-findings.js';
import { HttpUpstream } from '../upstream/http-upstream.js';
import { Judge } from '../verdicts/judge.js';
import { makeAttesting } from './attesting.js';
import { noteArtifactEvent, notePageEvent, noteSeenEvent } from './note-events.js';
import { accessControl } from './optional-parts.js';
import type { Outside } from './outside.js';
import type { Shared } from './shared.js';
import { TellingFindings } from './telling-findings.js';

/** Blobs up to here are answered from memory, in bytes. */
const MEMORY_BLOB = 4 * 2 ** 20;
/** No artifact is longer than this, in bytes: an upstream that never ends must not fill the disk. */
const MAX_ARTIFACT = 32 * 2 ** 30;
/** How long a client may use a page unasked, in seconds: a new denial reaches it soon. */
const PAGE_MAX_AGE = 10;
/** How long an idle connection is kept, in milliseconds: longer than load balancers do, commonly 60 s. */
const KEEP_ALIVE = 75_000;

/** What answers requests, in one process. */
export interface PackageServer {
  readonly server: Server;
  readonly access: AccessControl | undefined;
  readonly pages: ProjectPagesService;
  readonly judge: Judge;
  readonly findings: FindingsStore;
  /** Takes over what was changed on the disk: tokens, and pins that were removed. */
  reload(): void;
  /** Binds the port. @returns where it listens */
  listen(): Promise<AddressInfo>;
  /** What is under way finishes, up to the configured grace. */
  close(): Promise<void>;
}

/** Builds all that answers requests upon what the processes of this machine share. */
export async function makePackageServer(
  config: Config,
  outside: Outside,
  shared: Shared,
): Promise<PackageServer> {
  const { now, log } = outside;
  const { network, metrics, health, policies, feed, decisions, rooms, news } = shared;
  const upstreams = upstreamsOf(config, network, metrics);

  // What can stop the start comes before what would have to be taken down again.
  const access = await accessControl(config, now, health, log);
  const certificate = config.tls && (await readCertificate(config.tls));
  if (certificate !== undefined) metrics.certificateExpiry.set(expiryOf(certificate) / 1_000);

  const at = (name: string): string => join(config.data, name);
  const spare = new TemporarySpool(tmpdir());
  const spool = new RoomySpool({
    main: { spool: new DiskSpool(at('spool')), directory: at('spool') },
    spare: { spool: spare, directory: tmpdir() },
    reclaim: (bytes) => rooms.blobs.makeRoom(0, bytes),
  });
  const cached = new DiskBlobStore(at('blobs'), rooms.blobs, spool, (path) =>
    log.warn({ path }, 'a cached file was altered or cut short: it is fetched anew'),
  );
  const blobs = new MemoryBlobTier(cached, {
    maxBytes: config.cache.memory,
    maxBlobBytes: Math.min(MEMORY_BLOB, config.cache.memory),
    onLookup: (result) => metrics.cacheRequests.inc({ tier: 'memory', result }),
  });
  const onDisk = new DiskFindingsStore(at('findings'), settingsName(config.inspection.limits));
  const findings = new PassingFindings(new TellingFindings(onDisk, news), now);
  const attesting = makeAttesting(config, {
    slot: shared.slot,
    network,
    now,
    metrics,
    log,
    verify: outside.verifyProvenance,
    onKnown: (project, record) => {
      pages.invalidate(project);
      news.tell({ kind: 'attestation', project, record });
    },
  });
  const { attestations } = attesting;
  const judge = new Judge(policies, findings, attestations, now, () => feed?.current ?? NO_FEED);
  const knownBytes = new KnownBytes({
    facts: new DiskSeenStore(at('digests')),
    pins: new Pins(new DiskSeenStore(at('pins')), now),
    onEvent: (event) => {
      if (event.kind === 'learnt') news.tell({ ...event, kind: 'bytes' });
      else noteSeenEvent(event, log);
    },
  });
  const pageHit = metrics.series(metrics.cacheRequests, { tier: 'pages', result: 'hit' });
  const loader = new PageLoader({
    upstreams,
    store: new DiskPageStore(at('pages'), rooms.pages),
    knownBytes,
    ttl: config.cache.pageTtl,
    memoryBytes: config.cache.pages,
    now,
    onEvent: (event) => {
      if (event.kind === 'cache' && event.result === 'hit') return pageHit();
      if (event.kind === 'stored') return news.tell({ kind: 'page', project: event.project });
      notePageEvent(event, metrics, log);
    },
  });
  const pages = new ProjectPagesService(loader, judge, now);
  const inspector = createInspector(config.inspection);
  const artifacts = new ArtifactService({
    pages,
    knownBytes,
    judge,
    blobs,
    spool,
    findings,
    inspector,
    leases: shared.leases,
    bytesAt: bytesInFile,
    attestations,
    maxSize: MAX_ARTIFACT,
    onEvent: (event) => noteArtifactEvent(event, metrics, log),
  });
  news.onTold((learnt) => {
    if (learnt.kind === 'page') return loader.forget(learnt.project);
    if (learnt.kind === 'bytes') return knownBytes.learn(learnt);
    if (learnt.kind === 'findings') findings.learn(learnt.project, learnt.inspection);
    else attesting.learn(learnt.project, learnt.record);
    pages.invalidate(learnt.project);
  });
  metrics.onCollect(() => metrics.cacheBytes.set({ tier: 'memory' }, blobs.bytes));

  const services: Services = {
    pages,
    projectList: new ProjectListService(upstreams, now),
    artifacts,
    sidecars: new SidecarService({ pages, judge, blobs }),
    judge,
    recorder: new DecisionRecorder(
      decisions,
      metrics,
      clientIdentifier(config.trustedProxies),
      now,
    ),
    decisionReader: shared.decisionReader,
    metrics,
    metricsText: shared.metricsText,
    health,
    authenticate: access && ((authorization) => access.identify(authorization)),
    log,
  };
  const server = createHttpServer(
    createApp(services, httpSettings(config)),
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
        metrics.certificateExpiry.set(expiryOf(certificate) / 1_000);
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
    findings,
    reload: () => {
      void access?.reload();
      knownBytes.forget();
    },
    listen: () => listen(server, config),
    close: async () => {
      health.set('server', 'failed', 'stopping');
      access?.close();
      renewal?.close();
      const grace = config.server.shutdownGrace;
      await Promise.all([closeGracefully(server, grace), artifacts.close(grace)]);
      await Promise.all([inspector.close(), spare.close(), attesting.close(), loader.settled()]);
    },
  };
}

function upstreamsOf(config: Config, network: Network, metrics: Metrics): HttpUpstream[] {
  return config.upstreams.map((upstream) => {
    for (const status of UPSTREAM_STATUSES)
      metrics.upstreamRequests.inc({ upstream: upstream.name, status }, 0);
    return new HttpUpstream(
      { ...upstream, isPublic: upstream.public },
      network,
      (name, status, seconds) => {
        metrics.upstreamRequests.inc({ upstream: name, status: upstreamStatus(status) });
        metrics.upstreamDuration.observe({ upstream: name }, seconds);
      },
    );
  });
}

function httpSettings(config: Config): HttpSettings {
  return {
    gate: config.gate,
    accelerate:
      config.serve.accel === 'off'
        ? NEVER
        : accelerator({ blobs: join(config.data, 'blobs'), trustedProxies: config.trustedProxies }),
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
