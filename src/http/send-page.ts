import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { ListBody } from '../project-pages/project-list.js';
import type { PreparedBody } from '../project-pages/project-pages.js';
import { matchesEtag } from './conditional.js';

/** The headers of one body under one content type, names and values in turn, as `writeHead` takes them fastest. */
interface PreparedHeaders {
  readonly contentType: string;
  readonly whole: readonly string[];
  readonly unchanged: readonly string[];
}

/** A page in a browser runs no scripts, and cannot be framed. */
const FOR_BROWSERS = [
  'content-security-policy',
  "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy',
  'no-referrer',
];

const prepared = new WeakMap<PreparedBody, PreparedHeaders>();

/**
 * Sends a project page, or 304. Both the warm and the full path end here.
 * @param maxAge how long the client may use it without revalidation, in seconds
 * @returns the status
 */
export function sendPage(
  req: IncomingMessage,
  res: ServerResponse,
  page: PreparedBody,
  contentType: string,
  maxAge: number,
): 200 | 304 {
  const headers = headersOf(page, contentType, maxAge);
  const ifNoneMatch = req.headers['if-none-match'];
  if (ifNoneMatch !== undefined && matchesEtag(ifNoneMatch, page.etag)) {
    res.writeHead(304, headers.unchanged as string[]);
    res.end();
    return 304;
  }
  res.writeHead(200, headers.whole as string[]);
  if (req.method === 'HEAD') res.end();
  else res.end(page.body);
  return 200;
}

/** Sends the list of projects from the disk, or 304. */
export async function sendList(
  req: IncomingMessage,
  res: ServerResponse,
  list: ListBody,
  contentType: string,
  maxAge: number,
): Promise<void> {
  const { whole, unchanged } = makeHeaders(list, list.size, contentType, maxAge);
  const isUnchanged = matchesEtag(req.headers['if-none-match'], list.etag);
  const body = isUnchanged || req.method === 'HEAD' ? undefined : await list.read();
  res.writeHead(isUnchanged ? 304 : 200, (isUnchanged ? unchanged : whole) as string[]);
  if (body === undefined) res.end();
  // A client's disconnection is not an error of ours; a file that ends early aborts the response.
  else await pipeline(body, res).catch(() => res.destroy());
}

function headersOf(page: PreparedBody, contentType: string, maxAge: number): PreparedHeaders {
  const known = prepared.get(page);
  if (known?.contentType === contentType) return known;
  const headers = makeHeaders(page, page.body.length, contentType, maxAge);
  prepared.set(page, headers);
  return headers;
}

function makeHeaders(
  page: Pick<PreparedBody, 'etag' | 'contentEncoding'>,
  size: number,
  contentType: string,
  maxAge: number,
): PreparedHeaders {
  const unchanged = [
    'etag',
    page.etag,
    'vary',
    'Accept, Accept-Encoding',
    'cache-control',
    `max-age=${maxAge}`,
  ];
  const whole = [
    ...unchanged,
    'content-type',
    contentType,
    'content-length',
    String(size),
    'x-content-type-options',
    'nosniff',
  ];
  if (contentType.startsWith('text/html')) whole.push(...FOR_BROWSERS);
  if (page.contentEncoding !== 'identity') whole.push('content-encoding', page.contentEncoding);
  return { contentType, whole, unchanged };
}
