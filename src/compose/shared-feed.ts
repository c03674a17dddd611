import { randomUUID } from 'node:crypto';
import type { Config } from '../config/config.js';
import type { FeedService } from '../feed/feed-service.js';
import { FeedShelf } from '../replicas/feed/feed-shelf.js';
import { SharedFeed } from '../replicas/feed/shared-feed.js';
import { LeaseStore } from '../replicas/fills/lease-store.js';
import { Seal } from '../replicas/seal.js';
import { everyUnref } from '../runtime/change-watch.js';
import { OnceMore } from '../runtime/once-more.js';
import { backgroundTimers } from '../runtime/timers.js';
import { dataFolder } from './data-folder.js';
import type { Process } from './process.js';
import type { Redis } from './redis.js';

/** Channel for the announcement of a feed in Redis. */
const CHANNEL = 'feed';
/** Timeout for a lease, in milliseconds. Requests do not wait for it. */
const PATIENCE = 2_000;

/** A malware feed that replicas share. */
export interface FeedSharing extends Pick<SharedFeed, 'sync'> {
  /** Sets the service that receives the others' feeds. */
  connect(feed: FeedService): void;
}

/** @returns undefined if other replicas cannot be authenticated, or the feed is a local folder */
export function shareFeed(
  { feed: { url, interval }, replica: { name, secret }, data }: Config,
  { now, log, metrics, closing }: Process,
  { line, events }: Redis,
): FeedSharing | undefined {
  if (secret === undefined || url === undefined || !/^https?:/.test(url)) return undefined;
  const seal = new Seal(secret);
  const own = { owner: `${name} ${randomUUID()}`, url: '' };
  metrics.unsignedValues.inc({ what: 'feed' }, 0);
  const shared = new SharedFeed(
    { self: name, source: url, file: dataFolder(data).feed, interval },
    {
      shelf: new FeedShelf(url, {
        line,
        seal,
        leases: new LeaseStore(line, own, seal, PATIENCE, 'feed'),
        now,
        onUnsigned: () => metrics.unsignedValues.inc({ what: 'feed' }),
      }),
      every: everyUnref,
      timers: backgroundTimers,
      now,
      clock: () => performance.now(),
      tell: () => events.announce(CHANNEL),
      onProblem: (error) => log.warn(`each replica fetches the malware feed: ${error.message}`),
    },
  );
  closing.add(() => shared.close());
  return {
    sync: (own) => shared.sync(own),
    connect: (feed) => {
      const takes = new OnceMore(() => feed.take(() => shared.takeNewer()));
      const onNews = () => {
        shared.wake();
        void takes.run();
      };
      events.on(CHANNEL, onNews);
      // Announcements during a gap are lost.
      events.onGap(onNews);
    },
  };
}
