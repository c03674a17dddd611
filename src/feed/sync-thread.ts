import { parentPort, workerData } from 'node:worker_threads';
import { createNetwork } from '../runtime/network.js';
import { makeFeedSource } from './make-feed-source.js';
import { syncFeed } from './sync-feed.js';

/** What the thread is started with: one sync, then it is gone. */
export interface SyncRequest {
  /** A URL or a folder. */
  readonly place: string;
  readonly file: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What describes the way out of the machine. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

const { place, file, now, env } = workerData as SyncRequest;
const network = createNetwork(env);
try {
  const source = makeFeedSource(place, network.dispatcher);
  const { feed: _feed, ...summary } = await syncFeed(source, file, now);
  parentPort?.postMessage(summary);
} finally {
  await network.close();
}
