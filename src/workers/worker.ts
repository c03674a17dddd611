import { join } from 'node:path';
import { noteHealth } from '../compose/note-events.js';
import { makePackageServer } from '../compose/package-server.js';
import type { Shared } from '../compose/shared.js';
import { FileDecisionReader } from '../decisions/file-reader.js';
import { FEED_FILE } from '../feed/feed-file.js';
import { Health } from '../observe/health.js';
import { createMetrics } from '../observe/metrics.js';
import { letTheHeapGrow } from '../runtime/heap-growth.js';
import { createLog } from '../runtime/log.js';
import { createNetwork } from '../runtime/network.js';
import { Channel } from './channel.js';
import type { ToPrimary } from './words.js';
import { WorkerDecisionLog } from './worker-decisions.js';
import { WorkerFeed } from './worker-feed.js';
import { WorkerLeases } from './worker-leases.js';
import { WorkerNews } from './worker-news.js';
import { WorkerPolicy } from './worker-policy.js';
import { WorkerRoom } from './worker-room.js';

/** What a worker gets of its process; a test may hand in something else. */
export interface WorkerOutside {
  readonly now: () => number;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The life of one worker: it asks its primary for all that a machine has once, serves, and ends when told to, or
 * when the primary is gone.
 */
export async function runWorker({ now, env }: WorkerOutside): Promise<void> {
  // Those who mean the whole tell the primary; a terminal tells everybody.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('disconnect', () => process.exit(1));
  const primary: ToPrimary = new Channel({
    send: (message) => void process.send?.(message, undefined, undefined, () => {}),
    onMessage: (listener) => process.on('message', listener),
  });
  try {
    await serve(primary, now, env);
  } catch (error) {
    primary.tell('failed', { message: error instanceof Error ? error.message : String(error) });
  }
}

async function serve(primary: ToPrimary, now: () => number, env: NodeJS.ProcessEnv): Promise<void> {
  letTheHeapGrow();
  const { config, policy, health: parts, slot } = await primary.ask('welcome', undefined);
  const log = createLog(config.log.level, undefined, { worker: slot });
  process.on('uncaughtException', (err) => log.error({ err }, 'uncaught'));
  process.on('unhandledRejection', (err) => log.error({ err }, 'unhandled rejection'));

  const metrics = createMetrics();
  const health = new Health();
  noteHealth(health, metrics);
  for (const { part, state, detail } of parts) health.set(part, state, detail);
  primary.onTold('health', ({ part, state, detail }) => health.set(part, state, detail));
  primary.onAsked('metrics', () => metrics.snapshot());
  const feed =
    config.feed.url === undefined
      ? undefined
      : new WorkerFeed(primary, join(config.data, FEED_FILE));
  const network = createNetwork(env);
  const shared: Shared = {
    slot,
    network,
    metrics,
    metricsText: () => primary.ask('metrics', undefined),
    health,
    policies: new WorkerPolicy(primary, policy),
    feed,
    decisions: new WorkerDecisionLog(primary),
    decisionReader: new FileDecisionReader(config.decisions.file),
    rooms: { blobs: new WorkerRoom(primary, 'blobs'), pages: new WorkerRoom(primary, 'pages') },
    leases: new WorkerLeases(primary),
    news: new WorkerNews(primary),
  };
  const packages = await makePackageServer(config, { now, env, log }, shared);
  primary.onTold('reload', () => packages.reload());
  primary.onTold('stop', () => {
    void packages
      .close()
      .then(() => network.close())
      .finally(() => process.exit(0));
  });
  await feed?.read();
  await packages.listen();
}
