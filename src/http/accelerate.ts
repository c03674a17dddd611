import type { IncomingMessage, ServerResponse } from 'node:http';
import { relative, sep } from 'node:path';
import { resolveRange } from '../artifacts/byte-range.js';
import { type Blob, isLocal } from '../store/blob-store.js';
import {
  type Delivery,
  requestedRange,
  type Sent,
  setArtifactHeaders,
} from './artifact-response.js';
import { trustedProxies } from './trusted-proxies.js';

/** Where a front server looks for the blobs; `deploy/nginx/wheelgate.conf` has the same. */
const PREFIX = '/_wheelgate/blobs/';

export interface AccelSettings {
  /** The folder of the blobs on disk, which the front server can read. */
  readonly blobs: string;
  /** Only these are front servers: to anybody else the header would be an empty answer. */
  readonly trustedProxies: readonly string[];
}

/** Says under which path the front server finds a blob; undefined where the bytes go out from here. */
export type Accelerate = (req: IncomingMessage, blob: Blob) => string | undefined;

/** For a service without a front server that sends files. */
export const NEVER: Accelerate = () => undefined;

export function accelerator({ blobs, ...settings }: AccelSettings): Accelerate {
  const isTrusted = trustedProxies(settings.trustedProxies);
  return (req, blob) => {
    // What lies in memory is as quick from here.
    if (!isLocal(blob) || req.method !== 'GET' || !isTrusted(req)) return undefined;
    return PREFIX + relative(blobs, blob.path).split(sep).join('/');
  };
}

/**
 * Leaves a stored, allowed artifact to the front server (nginx's `X-Accel-Redirect`), which takes ranges and the
 * connection's pace upon itself.
 * @returns undefined where the range cannot be satisfied: that is for us to say
 */
export async function sendAccelerated(
  res: ServerResponse,
  etag: string,
  blob: Blob,
  path: string,
  delivery: Delivery,
): Promise<Sent | undefined> {
  const range = requestedRange(res, etag);
  const window =
    range === undefined ? { start: 0, end: blob.size } : resolveRange(range, blob.size);
  if (window === undefined) return undefined;
  delivery.onBegin();
  setArtifactHeaders(res, etag);
  res.statusCode = range === undefined ? 200 : 206;
  res.setHeader('x-accel-redirect', path);
  res.setHeader('content-length', 0);
  // Whether all of it reaches the client is what the front server's log tells.
  const sent = { bytes: window.end - window.start, complete: true };
  await delivery.beforeLast(sent);
  res.end();
  return sent;
}
