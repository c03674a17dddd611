import { join } from 'node:path';
import { AccessControl } from '../access/access-control.js';
import type { Config } from '../config/config.js';
import { FEED_FILE } from '../feed/feed-file.js';
import { FeedService } from '../feed/feed-service.js';
import { syncInThread } from '../feed/sync-in-thread.js';
import type { Health } from '../observe/health.js';
import type { Metrics } from '../observe/metrics.js';
import type { Log } from '../runtime/log.js';
import { formatProblem } from '../yaml/problem.js';

/** The malware feed, kept in the data folder; undefined where the settings want none. */
export function makeFeed(
  { feed: { url, interval }, data }: Config,
  { now, random, env }: { now: () => number; random: () => number; env: NodeJS.ProcessEnv },
  { health, log, metrics }: { health: Health; log: Log; metrics: Metrics },
): FeedService | undefined {
  if (url === undefined) return undefined;
  const file = join(data, FEED_FILE);
  return new FeedService({
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
