import { statSync } from 'node:fs';
import { dataFolder } from '../compose/data-folder.js';
import { loadConfig } from '../config/load.js';
import { type MalwareFeed, NO_FEED } from '../domain/malware-feed.js';
import { readFeedIndex } from '../feed/feed-file.js';
import { UsageError } from './output.js';

/**
 * The malware feed as of the last sync into a data folder; empty without a sync.
 * @param data the folder; by default the configured one, which need not exist
 * @throws {UsageError} if the named folder does not exist: without a feed no malware would be found
 */
export async function loadOwnFeed(data?: string): Promise<MalwareFeed> {
  if (data !== undefined && !statSync(data, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`--data: no such folder: ${data}`);
  const folder = data ?? loadConfig({ env: process.env, uses: ['data'] }).data;
  return (await readFeedIndex(dataFolder(folder).feed)) ?? NO_FEED;
}
