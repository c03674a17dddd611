import type { ServerResponse } from 'node:http';
import {
  type BeforeLast,
  beginArtifact,
  endWithoutBody,
  requestedRange,
} from './artifact-response.js';

/** Sends a `.metadata` sidecar, which is at hand in memory. */
export async function sendSidecar(
  res: ServerResponse,
  etag: string,
  bytes: Uint8Array,
  beforeLast: BeforeLast,
): Promise<void> {
  const window = beginArtifact(res, etag, requestedRange(res, etag), bytes.length);
  if (window === undefined) return;
  if (res.req.method === 'HEAD') {
    await endWithoutBody(res, beforeLast);
    return;
  }
  await beforeLast({ bytes: window.end - window.start, complete: true });
  res.end(bytes.subarray(window.start, window.end));
}
