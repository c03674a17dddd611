import type { Config } from '../config/config.js';
import { FeedService, type Synced } from '../feed/feed-service.js';
import { syncInThread } from '../feed/sync-in-thread.js';
import { dataFolder } from './data-folder.js';
import type { Process } from './process.js';
import type { Redis } from './redis.js';
import { shareFeed } from './shared-feed.js';

/**
 * The malware feed, kept in the data folder; undefined if the settings do not use it.
 * @param redis undefined for a single machine
 */
export function createFeed(
  config: Config,
  process: Process,
  redis: Redis | undefined,
): FeedService | undefined {
  const { url, interval } = config.feed;
  const { now, random = Math.random, env, log, metrics, health, closing } = process;
  metrics.feedEnabled.set(url === undefined ? 0 : 1);
  if (url === undefined) return undefined;
  const file = dataFolder(config.data).feed;
  /** The problems with it, by source. */
  const troubles: { sync?: string; file?: string } = {};
  const tell = (): void => {
    const said = [troubles.file, troubles.sync].filter((trouble) => trouble !== undefined);
    if (said.length === 0) health.set('malware-feed', 'ok');
    else health.set('malware-feed', 'degraded', said.join('; '));
  };
  const fetch = () => syncInThread({ place: url, file, now: now(), env: { ...env } });
  const shared = redis && shareFeed(config, process, redis);
  for (const from of ['source', 'replica']) metrics.feedSyncs.inc({ from }, 0);
  const feed = new FeedService({
    file,
    interval,
    sync: (isReadable) => shared?.sync({ fetch, isReadable }) ?? fetch(),
    random,
    onSynced: (synced) => {
      delete troubles.sync;
      tell();
      noteSynced(synced, process);
    },
    onFailed: (err) => {
      troubles.sync = 'the feed cannot be read; set feed.url to another feed or none';
      tell();
      const why = err instanceof Error ? err.message : String(err);
      log.warn(`the malware feed could not be synced; retrying in a few minutes: ${why}`);
    },
    onReadable: (isReadable) => {
      if (isReadable) delete troubles.file;
      else troubles.file = `${file} cannot be read; retrying, the previous feed stays in use`;
      tell();
      if (isReadable) log.info('the malware feed file is readable again');
      else log.warn({ file }, 'the malware feed file cannot be read; retrying');
    },
  });
  closing.add(() => feed.close());
  shared?.connect(feed);
  metrics.onCollect(() => {
    const { syncedAt } = feed.current;
    metrics.feedRecords.set(feed.records);
    if (syncedAt !== undefined) metrics.feedAge.set((now() - syncedAt) / 1_000);
  });
  return feed;
}

function noteSynced(synced: Synced, { log, metrics }: Process): void {
  if (synced.how === 'recent') return;
  metrics.feedSyncs.inc({ from: synced.how === 'taken' ? 'replica' : 'source' });
  if (synced.how === 'taken')
    return log.info({ by: synced.by }, 'malware feed received from another replica');
  const { how, records, added, changed, removed, missing } = synced;
  log.info({ records, how, added, changed, removed, missing }, 'malware feed synced');
  if (missing > 0)
    log.warn(
      { missing },
      'the malware feed lists records that are missing; their previous versions stay in use',
    );
}
