import { createArchive } from '../compose/archive.js';
import { dataFolder } from '../compose/data-folder.js';
import { createDecisionReader } from '../compose/decisions.js';
import { createFleetReader } from '../compose/fleet-decisions.js';
import type { Troubles } from '../compose/folder-troubles.js';
import type { Machine } from '../compose/machine.js';
import { createProcess, type Process } from '../compose/process.js';
import { createServer } from '../compose/server.js';
import { createServices } from '../compose/services.js';
import { createSharedBlobs } from '../compose/shared-blobs.js';
import { sharesProjects } from '../compose/shared-projects.js';
import { createSpool, createStores } from '../compose/stores.js';
import type { Config } from '../config/config.js';
import { LogSearch } from '../decisions/log-search.js';
import { readNewer } from '../feed/feed-file.js';
import type { FeedIndex } from '../feed/feed-index.js';
import type { Fleet } from '../fleet/fleet.js';
import { endOnFatal } from '../runtime/fatal.js';
import { letTheHeapGrow } from '../runtime/heap-growth.js';
import { createLog } from '../runtime/log.js';
import { OWN_RUN } from '../store/disk/temporary-name.js';
import type { SharedBlobs } from '../store/shared-blobs.js';
import { Channel } from './channel.js';
import type { ToPrimary } from './words.js';
import { createWorkerDecisions } from './worker-decisions.js';
import { WorkerInForce } from './worker-in-force.js';
import { WorkerLeases } from './worker-leases.js';
import { createWorkerLive } from './worker-live.js';
import { WorkerNews } from './worker-news.js';
import { WorkerProjects } from './worker-projects.js';
import { createWorkerQueries } from './worker-queries.js';
import { WorkerRoom } from './worker-room.js';
import { WorkerSpace } from './worker-space.js';
import { WorkerStartPlaces } from './worker-start-places.js';

const IGNORED = ['SIGTERM', 'SIGINT', 'SIGBREAK', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;

/** The process around a worker; tests can replace it. */
export interface WorkerOutside {
  readonly now: () => number;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The life of one worker: it asks its primary for the machine's shared parts, serves, and ends on request, or with the
 * primary.
 */
export async function runWorker({ now, env }: WorkerOutside): Promise<void> {
  // Only the primary handles signals, because a terminal sends them to all processes.
  for (const signal of IGNORED) process.on(signal, () => {});
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
  const { config, health: parts, number } = await primary.ask('welcome', { run: OWN_RUN });
  const log = createLog(config.log.level, undefined, { worker: number });
  const own = createProcess({ now, env, log }, number);
  const { health, metrics, closing } = own;
  endOnFatal(log, () => closing.close());
  for (const { part, state, detail } of parts) health.set(part, state, detail);
  primary.onTold('health', ({ part, state, detail }) => health.set(part, state, detail));
  primary.onAsked('metrics', () => metrics.snapshot());
  const machine = await askMachine(config, own, primary);
  const sharedBlobs = await createSharedBlobs(config, own);
  const fleet = await askFleet(config, own, machine, primary, sharedBlobs);
  const services = createServices(config, own, machine, fleet);
  const server = await createServer(config, own, machine, services);
  primary.onTold('reload', () => server.reload());
  primary.onTold('stop', () => {
    void closing.close().finally(() => process.exit(0));
  });
  const clients = await server.listen();
  primary.tell('serving', { clients, dashboard: server.dashboardAddress });
}

/** The machine's shared parts, which the primary owns. Resolves when the complete state in force is here. */
async function askMachine(config: Config, own: Process, primary: ToPrimary): Promise<Machine> {
  const rooms = {
    blobs: new WorkerRoom(primary, 'blobs'),
    pages: new WorkerRoom(primary, 'pages'),
  };
  const spaces = {
    data: new WorkerSpace(primary, 'data'),
    spare: new WorkerSpace(primary, 'spare'),
  };
  const troubles: Troubles = {
    tell: (cause, detail, path) => primary.tell('trouble', { cause, detail, path }),
    unreadable: (path, why) => primary.tell('unreadable', { path, why }),
  };
  const inForce = await takeInForce(config, own, primary);
  return {
    policies: {
      get current() {
        return inForce.policy;
      },
    },
    feed: config.feed.url === undefined ? undefined : inForce.feed,
    tokens: config.access.tokens === undefined ? undefined : inForce.tokens,
    confirmation: inForce,
    rooms,
    spaces,
    troubles,
    spool: createSpool(config, own, { spaces, troubles }),
    state: () => primary.ask('service-state', undefined),
    policyReports: {
      report: (comments) => primary.ask('policy-report', { comments }),
      file: (asked) => primary.ask('policy-file', asked),
    },
    metricsText: () => primary.ask('metrics', undefined),
  };
}

async function takeInForce(
  config: Config,
  { closing }: Process,
  primary: ToPrimary,
): Promise<WorkerInForce> {
  const file = dataFolder(config.data).feed;
  let feed: FeedIndex | undefined;
  const inForce = new WorkerInForce({
    primary,
    clock: () => performance.now(),
    every: (milliseconds, callback) => {
      const timer = setInterval(callback, milliseconds);
      closing.add(() => clearInterval(timer));
    },
    readFeed: async ({ syncedAt = 0 }) => {
      const read = await readNewer(file, feed);
      feed = read ?? feed;
      return read !== undefined && read.syncedAt >= syncedAt ? read : undefined;
    },
  });
  await inForce.begin();
  return inForce;
}

/** The parts shared with other workers and replicas: through the primary, except for files. */
async function askFleet(
  config: Config,
  own: Process,
  machine: Machine,
  primary: ToPrimary,
  sharedBlobs: SharedBlobs | undefined,
): Promise<Fleet> {
  const news = new WorkerNews(primary);
  const decisionReader = createDecisionReader(config);
  const missingDecisions: Fleet['missingDecisions'] = (heardSince) =>
    primary.ask('missing-decisions', heardSince);
  const isFleet = config.redis !== undefined && config.replica.secret !== undefined;
  const archive = await createArchive(config, own);
  return {
    leases: new WorkerLeases(primary),
    shortLeases: {
      take: (key, lasts) => primary.ask('short-lease', { key, lasts }).catch(() => true),
    },
    news,
    projects: sharesProjects(config) ? new WorkerProjects(primary) : undefined,
    stores: createStores(config, own, machine, news, sharedBlobs, new WorkerStartPlaces(primary)),
    decisions: createWorkerDecisions(primary, own),
    decisionReader,
    logSearch: new LogSearch(
      isFleet
        ? createFleetReader(config, decisionReader, archive, missingDecisions)
        : decisionReader,
    ),
    missingDecisions,
    decisionQueries: createWorkerQueries(primary),
    liveDecisions: createWorkerLive(primary),
  };
}
