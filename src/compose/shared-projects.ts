import type { Config } from '../config/config.js';
import type { Demands } from '../domain/integrity.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Stores } from '../fleet/fleet.js';
import { LearntKeeper } from '../fleet/learnt-keeper.js';
import { Meetings } from '../fleet/meetings.js';
import type { Learnt, News } from '../fleet/news.js';
import type { SharedProjects } from '../fleet/shared-projects.js';
import { INSPECTOR_VERSION } from '../inspection/inspector.js';
import { settingsName } from '../inspection/limits.js';
import { probeSettingsName } from '../inspection/probe/probe-version.js';
import type { Process } from './process.js';
import type { Redis } from './redis.js';

/** Maximum wait for another replica's upstream request, in milliseconds. */
const PATIENCE = 500;

/** The shared knowledge of replicas about projects. */
export interface ProjectsAndNews {
  readonly projects: SharedProjects;
  readonly news: News;
  /** Stores received facts in these stores. */
  keepIn(stores: Stores): void;
}

/** Not without a shared secret, because the facts must be authenticated. */
export function sharesProjects({ redis, replica }: Config): boolean {
  return redis !== undefined && replica.secret !== undefined;
}

/** Exchanges facts about projects between replicas, through Redis; undefined if disabled. */
export async function createSharedProjects(
  config: Config,
  process: Process,
  { line, events: redisEvents }: Redis,
): Promise<ProjectsAndNews | undefined> {
  const { secret } = config.replica;
  if (secret === undefined) return undefined;
  const { now, log, metrics, closing } = process;
  const { createReplicaProjects } = await import('../replicas/projects/create.js');
  let warned = false;
  const { projects, news } = createReplicaProjects({
    line,
    redisEvents,
    secret,
    inspections: `v${INSPECTOR_VERSION}-${settingsName(config.inspection.limits)}`,
    probes: `v${INSPECTOR_VERSION}-${probeSettingsName(config.inspection.limits)}`,
    upstreams: config.upstreams,
    demandsOf: demandsIn(config),
    patience: PATIENCE,
    now,
    onRefused: (count) => {
      metrics.sharedFacts.inc({ result: 'refused' }, count);
      if (!warned)
        log.warn('ignored a value in Redis that was not signed with this "replica.secret"');
      warned = true;
    },
  });
  closing.add(() => news.close());
  return {
    projects,
    news,
    keepIn: (stores) =>
      news.keepIn(createLearntKeeper(config, process, stores, (learnt) => news.tell(learnt))),
  };
}

/** Stores facts from other machines, in one process. */
function createLearntKeeper(
  config: Config,
  { log, metrics, closing }: Process,
  stores: Stores,
  tell: (learnt: Learnt) => void,
): LearntKeeper {
  const keeper = new LearntKeeper({
    stores,
    demandsOf: demandsIn(config),
    onTaken: (count) => metrics.sharedFacts.inc({ result: 'taken' }, count),
    onDispute: (learnt) => {
      const { filename, sha256, disputed } = learnt.seen;
      log.error(
        { upstream: learnt.upstream, filename, sha256, disputed },
        'another replica pinned different bytes; the file is refused until one of the pins is removed',
      );
      tell({ ...learnt, kind: 'bytes' });
    },
    onFailed: (err) => log.warn({ err }, 'facts from another replica could not be stored'),
  });
  closing.add(() => keeper.settled());
  return keeper;
}

/** Queries the others' facts about a project before this process uses it. */
export function createMeetings(
  config: Config,
  process: Process,
  shared: SharedProjects,
  stores: Stores,
  news: News,
  onLearnt: (project: ProjectName) => void,
): Meetings {
  const { now, metrics } = process;
  return new Meetings({
    shared,
    keeper: createLearntKeeper(config, process, stores, (learnt) => news.tell(learnt)),
    stores,
    pinning: config.upstreams.map(({ name }) => name),
    ttl: config.cache.pageTtl,
    now,
    onLearnt,
    onEvent: ({ result }) => metrics.cacheRequests.inc({ tier: 'redis', result }),
  });
}

function demandsIn({ upstreams }: Config): (upstream: string) => Demands | undefined {
  const demands = new Map(upstreams.map((upstream) => [upstream.name, upstream]));
  return (upstream) => demands.get(upstream);
}
