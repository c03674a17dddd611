import type { ServerResponse } from 'node:http';
import {
  beginArtifact,
  type Delivery,
  endWithoutBody,
  requestedRange,
} from './artifact-response.js';

/** Sends a `.metadata` sidecar, which is at hand in memory. */
export async function sendSidecar(
  res: ServerResponse,
  etag: string,
  bytes: Uint8Array,
  delivery: Delivery,
): Promise<void> {
  const window = beginArtifact(res, etag, requestedRange(res, etag), bytes.length, delivery);
  if (window === undefined) return;
  if (res.req.method === 'HEAD') {
    await endWithoutBody(res, delivery);
    return;
  }
  await delivery.beforeLast({ bytes: window.end - window.start, complete: true });
  res.end(bytes.subarray(window.start, window.end));
}
