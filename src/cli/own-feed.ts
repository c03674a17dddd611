import { join } from 'node:path';
import { loadConfig } from '../config/load.js';
import { type MalwareFeed, NO_FEED } from '../domain/malware-feed.js';
import { indexFeed, readFeedFile } from '../feed/feed-file.js';

/** Where `serve` and `feed sync` keep the feed in a data folder. */
export const FEED_FILE = 'feed.jsonl';

/**
 * The malware feed as the last sync left it in a data folder; one that knows nothing where there is none.
 * @param data the folder; by default the configured one
 */
export async function loadOwnFeed(data?: string): Promise<MalwareFeed> {
  const folder = data ?? loadConfig({ env: process.env }).data;
  const stored = await readFeedFile(join(folder, FEED_FILE));
  return stored === undefined ? NO_FEED : indexFeed(stored);
}
