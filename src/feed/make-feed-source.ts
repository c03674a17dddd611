import type { Readable } from 'node:stream';
import { type Dispatcher, request } from 'undici';
import { foreignCoding } from '../runtime/body-end.js';
import { type FeedSource, folderSource, webSource } from './feed-source.js';

const REDIRECTS = 3;
/** The statuses for a missing file. A bucket without list permission responds with 403. */
const ABSENT: ReadonlySet<number> = new Set([403, 404, 410]);
/** Timeout for one response in milliseconds, regardless of its size: a source that sends single bytes must end. */
const PATIENCE = 30 * 60_000;

/** @param place a URL or a folder, as in the settings @param dispatcher the network connection */
export function makeFeedSource(place: string, dispatcher: Dispatcher): FeedSource {
  if (!/^https?:\/\//.test(place)) return folderSource(place);
  return webSource(place, (url) => fetchBody(url, dispatcher));
}

async function fetchBody(
  url: string,
  dispatcher: Dispatcher,
  hops = REDIRECTS,
): Promise<Readable | undefined> {
  const answer = await request(url, {
    dispatcher,
    headersTimeout: 30_000,
    bodyTimeout: 60_000,
    signal: AbortSignal.timeout(PATIENCE),
    headers: { 'user-agent': 'wheelgate', 'accept-encoding': 'identity' },
  });
  const { statusCode, headers, body } = answer;
  const coding = foreignCoding(headers);
  if (statusCode === 200 && coding === undefined) return body;
  await body.dump();
  const { location } = headers;
  if (statusCode >= 300 && statusCode < 400 && typeof location === 'string' && hops > 0)
    return fetchBody(new URL(location, url).href, dispatcher, hops - 1);
  if (ABSENT.has(statusCode)) return undefined;
  throw new Error(
    statusCode === 200
      ? `${url} used the transfer coding "${coding}", which was not requested`
      : `${url} returned status ${statusCode}`,
  );
}
