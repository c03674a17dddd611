import type { Config } from '../config/config.js';
import { FeedService } from '../feed/feed-service.js';
import { syncInThread } from '../feed/sync-in-thread.js';
import { dataFolder } from './data-folder.js';
import type { Process } from './process.js';

/** The malware feed, kept in the data folder; undefined where the settings want none. */
export function createFeed(
  { feed: { url, interval }, data }: Config,
  { now, random = Math.random, env, log, metrics, health, closing }: Process,
): FeedService | undefined {
  metrics.feedEnabled.set(url === undefined ? 0 : 1);
  if (url === undefined) return undefined;
  const file = dataFolder(data).feed;
  /** What is wrong with it, by what shows it. */
  const troubles: { sync?: string; file?: string } = {};
  const tell = (): void => {
    const said = [troubles.file, troubles.sync].filter((trouble) => trouble !== undefined);
    if (said.length === 0) health.set('malware-feed', 'ok');
    else health.set('malware-feed', 'degraded', said.join('; '));
  };
  const feed = new FeedService({
    file,
    interval,
    sync: () => syncInThread({ place: url, file, now: now(), env: { ...env } }),
    random,
    onSynced: ({ how, records, added, changed, removed, missing }) => {
      metrics.feedRecords.set(records);
      delete troubles.sync;
      tell();
      log.info({ records, how, added, changed, removed, missing }, 'malware feed synced');
      if (missing > 0)
        log.warn(
          { missing },
          'the malware feed lists records that are not there: what was known of them holds',
        );
    },
    onFailed: (err) => {
      troubles.sync = 'the feed cannot be read: name another in feed.url, or none';
      tell();
      const why = err instanceof Error ? err.message : String(err);
      log.warn(`the malware feed could not be synced, and is tried again in a few minutes: ${why}`);
    },
    onReadable: (isReadable) => {
      if (isReadable) delete troubles.file;
      else troubles.file = `${file} cannot be read, and is tried again; what was read before holds`;
      tell();
      if (isReadable) log.info('the file of the malware feed can be read again');
      else log.warn({ file }, 'the file of the malware feed cannot be read, and is tried again');
    },
  });
  closing.add(() => feed.close());
  metrics.onCollect(() => {
    const { syncedAt } = feed.current;
    if (syncedAt !== undefined) metrics.feedAge.set((now() - syncedAt) / 1_000);
  });
  return feed;
}
