import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PreparedBody } from '../project-pages/project-pages.js';
import { matchesEtag } from './conditional.js';

/** The headers of one body under one content type, names and values in turn, as `writeHead` takes them fastest. */
interface PreparedHeaders {
  readonly contentType: string;
  readonly whole: readonly string[];
  readonly unchanged: readonly string[];
}

/** What people open in a browser runs nothing, and is framed by nobody. */
const FOR_BROWSERS = [
  'content-security-policy',
  "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy',
  'no-referrer',
];

const prepared = new WeakMap<PreparedBody, PreparedHeaders>();

/**
 * Sends a project page, or says that it is unchanged. The warm and the long way both end here.
 * @param maxAge how long the client may use it unasked, in seconds
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

function headersOf(page: PreparedBody, contentType: string, maxAge: number): PreparedHeaders {
  const known = prepared.get(page);
  if (known?.contentType === contentType) return known;
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
    String(page.body.length),
    'x-content-type-options',
    'nosniff',
  ];
  if (contentType.startsWith('text/html')) whole.push(...FOR_BROWSERS);
  if (page.contentEncoding !== 'identity') whole.push('content-encoding', page.contentEncoding);
  const headers = { contentType, whole, unchanged };
  prepared.set(page, headers);
  return headers;
}
