import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { FileDecisionLog } from '../decisions/file-log.js';
import { FileDecisionReader } from '../decisions/file-reader.js';
import { ResilientDecisionLog } from '../decisions/resilient-log.js';
import type { FeedService } from '../feed/feed-service.js';
import { ALONE } from '../fleet/alone.js';
import { Health } from '../observe/health.js';
import { createMetrics } from '../observe/metrics.js';
import type { LoadedPolicy } from '../policy/load.js';
import { readInThread } from '../policy/read-in-thread.js';
import { PolicyWatcher } from '../policy/watcher.js';
import { createNetwork } from '../runtime/network.js';
import { DiskRoom } from '../store/disk/disk-room.js';
import { DiskSpool } from '../store/disk/disk-spool.js';
import { formatProblem } from '../yaml/problem.js';
import { noteHealth, notePolicy, noteWaivers } from './note-events.js';
import { makeFeed } from './optional-parts.js';
import type { Outside } from './outside.js';
import type { Shared } from './shared.js';

/** Upstream pages on disk, in all, in bytes: they are what is served while an upstream is down. */
const PAGES_ON_DISK = 2 * 2 ** 30;

/** What a machine has once, however many processes serve: policy, feed, decision log, the caches' bounds. */
export interface Keeper extends Shared {
  readonly policies: PolicyWatcher;
  readonly feed: FeedService | undefined;
  /** The policy in force as it was read; changes with `policies.current`. */
  readonly loaded: LoadedPolicy;
  /** Resolves once it is known what earlier runs have left on disk. Never rejects. */
  readonly scanned: Promise<void>;
  /** Nothing changes any more; what is kept can still be used. */
  stopWatching(): void;
  close(): Promise<void>;
}

/** @throws {PolicyError} where the policy does not validate */
export async function makeKeeper(config: Config, outside: Outside): Promise<Keeper> {
  const { now, log } = outside;
  const metrics = createMetrics();
  const health = new Health();
  noteHealth(health, metrics);
  const network = createNetwork(outside.env);
  const at = (name: string): string => join(config.data, name);

  let loaded: LoadedPolicy | undefined;
  const folders = config.policies === undefined ? [] : [config.policies];
  const policies = await PolicyWatcher.start(folders, {
    upstreams: config.upstreams.map((upstream) => upstream.name),
    now,
    read: readInThread(),
    onLoad: (next) => {
      loaded = next;
      notePolicy(next, metrics, now());
      health.set('policy', 'ok', `revision ${next.policy.revision}`);
      log.info({ revision: next.policy.revision }, 'policy in force');
      for (const warning of next.warnings) log.warn(formatProblem(warning));
    },
    onProblem: (problems) => {
      metrics.policyLoadFailures.inc();
      metrics.policyLoadFailed.set(1);
      health.set(
        'policy',
        'degraded',
        'an edit does not validate; the policy before it is in force',
      );
      for (const problem of problems) log.error(`policy not taken over: ${formatProblem(problem)}`);
    },
  });

  await new DiskSpool(at('spool')).sweep();
  const rooms = {
    blobs: new DiskRoom({
      directory: at('blobs'),
      maxBytes: config.cache.disk,
      minFree: config.cache.minFree,
    }),
    pages: new DiskRoom({ directory: at('pages'), maxBytes: PAGES_ON_DISK, minFree: 0 }),
  };
  // What earlier runs have left on disk is learnt in the background: nothing waits for it.
  const scanned = Promise.all([rooms.blobs.scan(), rooms.pages.scan()]).then(
    () => {},
    (err: unknown) => log.warn({ err }, 'the cache on disk could not be looked through'),
  );
  const feed = makeFeed(
    config,
    { now, random: outside.random ?? Math.random, env: outside.env },
    { health, log, metrics },
  );
  const decisions = new ResilientDecisionLog(new FileDecisionLog(config.decisions, now), {
    onLost: (decision, err) => {
      metrics.decisionLogFailures.inc();
      metrics.decisionLogFailing.set(1);
      health.set('decision-log', 'degraded', 'decisions go to the log on standard output instead');
      log.error({ err, decision }, 'a decision could not be written to its log');
    },
    onRecovered: () => {
      metrics.decisionLogFailing.set(0);
      health.set('decision-log', 'ok');
    },
  });
  metrics.startTime.set(now() / 1_000);
  metrics.feedEnabled.set(feed === undefined ? 0 : 1);
  metrics.onCollect(() => {
    noteWaivers(loaded!, metrics, now());
    const synced = feed?.current.syncedAt;
    if (synced !== undefined) metrics.feedAge.set((now() - synced) / 1_000);
    metrics.cacheBytes.set({ tier: 'disk' }, rooms.blobs.bytes);
    metrics.cacheBytes.set({ tier: 'pages' }, rooms.pages.bytes);
  });
  return {
    slot: undefined,
    network,
    metrics,
    metricsText: () => metrics.text(),
    health,
    policies,
    get loaded() {
      return loaded!;
    },
    feed,
    decisions,
    decisionReader: new FileDecisionReader(config.decisions.file),
    rooms,
    scanned,
    ...ALONE,
    stopWatching: () => {
      policies.close();
      feed?.close();
    },
    close: async () => {
      await Promise.all([decisions.close(), scanned]);
      await network.close();
    },
  };
}
