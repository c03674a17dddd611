import { createNetwork } from '../runtime/network.js';
import { answerInThread } from '../runtime/threads/answer-in-thread.js';
import { makeFeedSource } from './make-feed-source.js';
import { type SyncSummary, syncFeed } from './sync-feed.js';

export interface SyncRequest {
  /** A URL or a folder. */
  readonly place: string;
  readonly file: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The variables with the network settings. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

answerInThread<SyncRequest, SyncSummary>(async ({ place, file, now, env }) => {
  const network = createNetwork(env);
  try {
    const source = makeFeedSource(place, network.dispatcher);
    const { feed: _feed, ...summary } = await syncFeed(source, file, now);
    return summary;
  } finally {
    await network.close();
  }
});
