import type { ServerResponse } from 'node:http';
import {
  type ByteRange,
  parseRange,
  type RangeRequest,
  resolveRange,
} from '../artifacts/byte-range.js';
import { rangeStillHolds } from './conditional.js';
import { sendFailure } from './problem.js';

/** How one response ended, for the decision log. */
export interface Sent {
  /** Bytes of the body that were handed to the connection. */
  readonly bytes: number;
  /** Whether the client got all that it asked for, as far as we know. */
  readonly complete: boolean;
}

/** What the sender of a body tells while it sends. */
export interface Delivery {
  /** The headers are about to leave. */
  onBegin(): void;
  /** All but the last bytes are out: the decision log is flushed before they follow. */
  beforeLast(sent: Sent): Promise<void>;
}

export const NOTHING_SENT: Sent = { bytes: 0, complete: false };

/** The Range header, where it counts: several ranges, other units and an outdated If-Range are ignored. */
export function requestedRange(
  res: ServerResponse,
  etag: string | undefined,
): RangeRequest | undefined {
  const { range, 'if-range': ifRange } = res.req.headers;
  return rangeStillHolds(ifRange as string | undefined, etag) ? parseRange(range) : undefined;
}

/**
 * Sets status and headers of an artifact's response.
 * @param etag undefined where the bytes have no name yet
 * @param total the artifact's size in bytes; undefined only where no range was asked for
 * @returns the window to send, up to the end where the size is unknown; undefined where a 416 has gone out.
 */
export function beginArtifact(
  res: ServerResponse,
  etag: string | undefined,
  request: RangeRequest | undefined,
  total: number | undefined,
  delivery: Delivery,
): ByteRange | undefined {
  delivery.onBegin();
  if (request === undefined || total === undefined) {
    setArtifactHeaders(res, etag);
    res.statusCode = 200;
    if (total !== undefined) res.setHeader('content-length', total);
    return { start: 0, end: total ?? Number.POSITIVE_INFINITY };
  }
  const window = resolveRange(request, total);
  if (window === undefined) {
    sendFailure(res, 'range-not-satisfiable', `The file has ${total} bytes.`, {
      'content-range': `bytes */${total}`,
    });
    return undefined;
  }
  setArtifactHeaders(res, etag);
  res.statusCode = 206;
  res.setHeader('content-range', `bytes ${window.start}-${window.end - 1}/${total}`);
  res.setHeader('content-length', window.end - window.start);
  return window;
}

/** What every answer with an artifact's bytes says beside their length. */
export function setArtifactHeaders(res: ServerResponse, etag: string | undefined): void {
  res.setHeader('accept-ranges', 'bytes');
  // pip chooses the unpacker by content type before it looks at the name.
  res.setHeader('content-type', 'application/octet-stream');
  if (etag !== undefined) res.setHeader('etag', etag);
  // A client may keep it, and asks again each time: that is how a new denial reaches its cache.
  res.setHeader('cache-control', 'no-cache');
  res.setHeader('x-content-type-options', 'nosniff');
}

/** Ends a HEAD response. */
export async function endWithoutBody(res: ServerResponse, delivery: Delivery): Promise<Sent> {
  const sent = { bytes: 0, complete: true };
  await delivery.beforeLast(sent);
  res.end();
  return sent;
}

/**
 * Writes one chunk, and waits until the connection has taken it: from then on its memory may be used again.
 * Resolves to false once the client is gone.
 */
export function writeChunk(res: ServerResponse, chunk: Uint8Array): Promise<boolean> {
  if (res.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const done = (taken: boolean) => {
      res.off('close', gone);
      resolve(taken);
    };
    const gone = () => done(false);
    res.once('close', gone);
    res.write(chunk, (error) => done(error == null && !res.destroyed));
  });
}
