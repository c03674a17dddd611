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
  const feed = new FeedService({
    file,
    interval,
    sync: () => syncInThread({ place: url, file, now: now(), env: { ...env } }),
    random,
    onSynced: ({ how, records, added, changed, removed, missing }) => {
      metrics.feedRecords.set(records);
      health.set('malware-feed', 'ok');
      log.info({ records, how, added, changed, removed, missing }, 'malware feed synced');
      if (missing > 0)
        log.warn(
          { missing },
          'the malware feed lists records that are not there: what was known of them holds',
        );
    },
    onFailed: (err) => {
      health.set(
        'malware-feed',
        'degraded',
        'the feed cannot be read: name another in feed.url, or none',
      );
      const why = err instanceof Error ? err.message : String(err);
      log.warn(`the malware feed could not be synced, and is tried again in a few minutes: ${why}`);
    },
  });
  closing.add(() => feed.close());
  metrics.onCollect(() => {
    const { syncedAt } = feed.current;
    if (syncedAt !== undefined) metrics.feedAge.set((now() - syncedAt) / 1_000);
  });
  return feed;
}
