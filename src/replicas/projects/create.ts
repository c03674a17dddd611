import type { Demands } from '../../domain/integrity.js';
import type { Learnt } from '../../fleet/news.js';
import { Errands } from '../../redis/errands.js';
import type { RedisEvents } from '../../redis/redis-events.js';
import type { RedisLine } from '../../redis/redis-line.js';
import { Seal } from '../seal.js';
import { FactRecords } from './fact-records.js';
import { PageHeads } from './page-heads.js';
import { PageWaiters } from './page-waiters.js';
import { ProjectEvents } from './project-events.js';
import { ProjectKeys, type UpstreamPlace } from './project-keys.js';
import { ReplicaFacts } from './replica-facts.js';
import { ReplicaNews } from './replica-news.js';
import { ReplicaPages } from './replica-pages.js';
import { ReplicaProjects } from './replica-projects.js';

export interface ReplicaProjectsSettings {
  readonly line: RedisLine;
  readonly redisEvents: RedisEvents;
  /** Shared by all replicas. */
  readonly secret: string;
  /** The conditions of findings apart from the bytes. */
  readonly inspections: string;
  /** The same for probe results. */
  readonly probes: string;
  readonly upstreams: readonly UpstreamPlace[];
  readonly demandsOf: (upstream: string) => Demands | undefined;
  /** The longest wait for another replica's upstream request, in milliseconds. */
  readonly patience: number;
  readonly now: () => number;
  /** Redis contains values that no replica with our secret has signed. */
  readonly onRefused: (count: number) => void;
}

/** Builds the replicas' shared knowledge of projects; it listens once the events start. */
export function createReplicaProjects(settings: ReplicaProjectsSettings): {
  readonly projects: ReplicaProjects;
  readonly news: ReplicaNews;
} {
  const { line, redisEvents, demandsOf, now, onRefused } = settings;
  const seal = new Seal(settings.secret);
  const keys = new ProjectKeys(
    (name) => line.key(name),
    settings.inspections,
    settings.probes,
    settings.upstreams,
  );
  const records = new FactRecords(keys, seal, now);
  const events = new ProjectEvents(redisEvents, seal);
  const waiters = new PageWaiters(settings.patience);
  // Too much is owed: each gives back what is missing when it meets a project anew.
  const errands = new Errands({ onDropped: () => news.pass({ kind: 'missed' }) });
  const facts: ReplicaFacts = new ReplicaFacts({
    line,
    records,
    errands,
    demandsOf,
    onMore: (project, learnt) => void news.take(project, learnt),
    onRefused,
  });
  const pages = new ReplicaPages({ line, keys, heads: new PageHeads(seal, now), events, waiters });
  const giveBack = (learnt: readonly Learnt[]) => news.giveBack(learnt);
  const projects = new ReplicaProjects({ line, keys, facts, pages, waiters, giveBack });
  const hasMet = (project: Parameters<typeof projects.hasMet>[0]) => projects.hasMet(project);
  const news: ReplicaNews = new ReplicaNews({ facts, records, events, waiters, errands, hasMet });
  // What was told meanwhile is lost.
  redisEvents.onGap(() => news.pass({ kind: 'missed' }));
  return { projects, news };
}
