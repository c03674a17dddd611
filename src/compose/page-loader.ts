import type { Config } from '../config/config.js';
import type { Fleet } from '../fleet/fleet.js';
import type { Meetings } from '../fleet/meetings.js';
import { FirstSights } from '../project-pages/first-sights.js';
import { KnownBytes } from '../project-pages/known-bytes.js';
import { PageLoader } from '../project-pages/page-loader.js';
import { Pins } from '../project-pages/pins.js';
import type { MemoryBudget } from '../runtime/memory-budget.js';
import type { Upstream } from '../upstream/upstream.js';
import { notePageEvent, noteSeenEvent } from './note-events.js';
import type { Process } from './process.js';

/** The known digests of files; new ones are announced to the other replicas. */
export function createKnownBytes(
  { now, log, closing }: Process,
  { stores, news, projects }: Fleet,
): KnownBytes {
  const onLost = (upstream: string, err: unknown) =>
    log.error({ upstream, err }, 'a pin cannot be stored; it is forgotten when the process ends');
  const pins = new Pins(stores.pins, now, onLost, projects);
  closing.add(() => pins.settled());
  return new KnownBytes({
    facts: stores.facts,
    pins,
    now,
    onEvent: (event) => {
      if (event.kind === 'learnt') news.tell({ ...event, kind: 'bytes' });
      else noteSeenEvent(event, log);
    },
  });
}

/** Loads the pages of all upstreams and announces changed ones. */
export function createPageLoader(
  { cache }: Config,
  { now, log, metrics, closing }: Process,
  { stores, news }: Fleet,
  upstreams: readonly Upstream[],
  knownBytes: KnownBytes,
  budget: MemoryBudget,
  meetings: Meetings | undefined,
): PageLoader {
  const hit = metrics.series(metrics.cacheRequests, { tier: 'pages', result: 'hit' });
  const sights = new FirstSights(stores.sightings, (err) =>
    log.warn({ err }, 'the first sighting of files could not be stored'),
  );
  closing.add(() => sights.settled());
  const loader = new PageLoader({
    upstreams,
    store: stores.pages,
    knownBytes,
    sights,
    ttl: cache.pageTtl,
    memoryBytes: cache.pages,
    budget,
    meetings,
    now,
    onEvent: (event) => {
      if (event.kind === 'cache' && event.result === 'hit') return hit();
      if (event.kind === 'stored') return news.tell({ kind: 'page', project: event.project });
      notePageEvent(event, metrics, log);
    },
  });
  closing.add(() => loader.settled());
  return loader;
}
