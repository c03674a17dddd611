import { dataFolder } from '../compose/data-folder.js';
import { loadConfig } from '../config/load.js';
import { type MalwareFeed, NO_FEED } from '../domain/malware-feed.js';
import { readFeedIndex } from '../feed/feed-file.js';

/**
 * The malware feed as of the last sync into a data folder; empty without a sync.
 * @param data the folder; by default the configured one
 */
export async function loadOwnFeed(data?: string): Promise<MalwareFeed> {
  const folder = data ?? loadConfig({ env: process.env }).data;
  return (await readFeedIndex(dataFolder(folder).feed)) ?? NO_FEED;
}
