import { dataFolder } from '../compose/data-folder.js';
import { loadConfig } from '../config/load.js';
import { counted, plural } from '../domain/plural.js';
import { indexFeed } from '../feed/feed-index.js';
import { makeFeedSource } from '../feed/make-feed-source.js';
import { syncFeed } from '../feed/sync-feed.js';
import { createNetwork } from '../runtime/network.js';
import { makeDataFolder } from '../store/disk/open-data-folder.js';
import { EXIT, type Output, UsageError } from './output.js';

export interface FeedOptions {
  readonly config?: string;
  readonly data?: string;
  readonly url?: string;
  readonly json?: boolean;
}

/** `wheelgate feed sync`: brings the malware feed in the data folder up to date; a server there takes it over within seconds. */
export async function runFeedSync(options: FeedOptions, out: Output): Promise<number> {
  const config = loadConfig({
    file: options.config,
    env: process.env,
    flags: { data: options.data, 'feed.url': options.url },
    uses: ['data', 'feed'],
  });
  const place = config.feed.url;
  if (place === undefined)
    throw new UsageError('feed.url is "none": set a feed with --url or in the settings');
  await makeDataFolder(config.data);
  const network = createNetwork(process.env);
  try {
    const source = makeFeedSource(place, network.dispatcher);
    const { feed: file } = dataFolder(config.data);
    const { feed, how, records, added, changed, removed, missing } = await syncFeed(
      source,
      file,
      Date.now(),
      out.progress,
    );
    const { projects, revision } = indexFeed(feed);
    if (options.json === true)
      out.json(
        {
          source: place,
          how,
          records,
          projects,
          added,
          changed,
          removed,
          missing,
          revision,
        },
        0,
      );
    else
      out.line(
        `${counted(records, 'record')} of ${counted(projects, 'project')} from ${place}: ${added} added, ${changed} changed, ${removed} removed (${how})`,
      );
    if (missing > 0)
      out.problem(
        `${counted(missing, 'record')} listed by the feed ${plural(missing, 'is', 'are')} missing or unreadable; the previous versions stay in use`,
      );
    return EXIT.fine;
  } catch (error) {
    const { message, cause } = error as Error;
    throw new UsageError(
      `the feed could not be read: ${message}${cause instanceof Error ? ` (${cause.message})` : ''}`,
    );
  } finally {
    await network.close();
  }
}
