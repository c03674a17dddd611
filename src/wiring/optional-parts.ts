import { join } from 'node:path';
import { AccessControl } from '../access/access-control.js';
import type { Config } from '../config/config.js';
import { FeedService } from '../feed/feed-service.js';
import { makeFeedSource } from '../feed/make-feed-source.js';
import { syncFeed } from '../feed/sync-feed.js';
import type { Health } from '../observe/health.js';
import type { Log } from '../observe/log.js';
import type { Metrics } from '../observe/metrics.js';
import type { Network } from '../upstream/network.js';
import { formatProblem } from '../yaml/problem.js';

/** Where the malware feed lies in the data folder. */
export const FEED_FILE = 'feed.jsonl';

/** The malware feed, kept in the data folder; undefined where the settings want none. */
export function makeFeed(
  { feed: { url, interval }, data }: Config,
  network: Network,
  { now, random }: { now: () => number; random: () => number },
  { health, log, metrics }: { health: Health; log: Log; metrics: Metrics },
): FeedService | undefined {
  if (url === undefined) return undefined;
  const file = join(data, FEED_FILE);
  const source = makeFeedSource(url, network.dispatcher);
  return new FeedService({
    file,
    interval,
    sync: () => syncFeed(source, file, now()),
    random,
    onSynced: ({ feed, how, added, changed, removed }) => {
      metrics.feedRecords.set(feed.records.size);
      health.set('malware-feed', 'ok');
      log.info({ records: feed.records.size, how, added, changed, removed }, 'malware feed synced');
    },
    onFailed: (err) => {
      health.set(
        'malware-feed',
        'degraded',
        'the feed cannot be read; feed.url names another, or none',
      );
      log.warn({ err }, 'the malware feed could not be synced');
    },
  });
}

/** Undefined where anybody may ask. @throws {AccessError} where the tokens' file cannot be used */
export async function accessControl(
  { access }: Config,
  now: () => number,
  health: Health,
  log: Log,
): Promise<AccessControl | undefined> {
  if (access.tokens === undefined) return undefined;
  return AccessControl.start(access.tokens, {
    now,
    onLoad: () => {
      health.set('access', 'ok');
      log.info('tokens read');
    },
    onProblem: (problems) => {
      health.set(
        'access',
        'degraded',
        'an edit of the tokens does not validate; those before hold',
      );
      for (const problem of problems) log.error(`tokens not taken over: ${formatProblem(problem)}`);
    },
  });
}
