import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ByteRange } from '../../artifacts/delivery-gate.js';
import { rangeStillHolds } from '../conditional.js';
import { parseRange, type RangeRequest, resolveRange } from './byte-range.js';

/** The Range header, if it applies: several ranges, other units and an outdated If-Range are ignored. */
export function requestedRange(
  { headers }: IncomingMessage,
  etag: string | undefined,
): RangeRequest | undefined {
  return rangeStillHolds(headers['if-range'] as string | undefined, etag)
    ? parseRange(headers.range)
    : undefined;
}

/** The requested part of a file. */
export interface Window extends ByteRange {
  /** Whether it was asked for as a part: 206. */
  readonly partial: boolean;
}

/** Resolves the request to a part of a file; undefined if the range is outside the file. */
export function windowOf(request: RangeRequest | undefined, size: number): Window | undefined {
  if (request === undefined) return { start: 0, end: size, partial: false };
  const range = resolveRange(request, size);
  return range && { ...range, partial: true };
}

/**
 * Headers of every response with a file: 200 or 206, the part and its length, and the obligation to revalidate. Without a
 * length, some clients and proxies take a response that is cut off for complete.
 */
export function setFileHeaders(
  res: ServerResponse,
  etag: string | undefined,
  { start, end, partial }: Window,
  size: number,
): void {
  res.statusCode = partial ? 206 : 200;
  if (partial) res.setHeader('content-range', `bytes ${start}-${end - 1}/${size}`);
  res.setHeader('content-length', end - start);
  res.setHeader('accept-ranges', 'bytes');
  // pip chooses the unpacker by content type before it reads the name.
  res.setHeader('content-type', 'application/octet-stream');
  setValidators(res, etag);
  res.setHeader('x-content-type-options', 'nosniff');
}

/** A client may keep a file, and asks again each time: that is how a new denial reaches its cache. */
export function setValidators(res: ServerResponse, etag: string | undefined): void {
  if (etag !== undefined) res.setHeader('etag', etag);
  res.setHeader('cache-control', 'no-cache');
}
