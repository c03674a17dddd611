import type { ServerResponse } from 'node:http';
import type { Blob } from '../store/blob-store.js';
import {
  beginArtifact,
  type Delivery,
  endWithoutBody,
  NOTHING_SENT,
  requestedRange,
  type Sent,
  writeChunk,
} from './artifact-response.js';

/** What waits for the decision log at the end of a body, in bytes. */
const TAIL = 64 * 1024;
const CHUNK = 128 * 1024;

/** Sends a stored, allowed artifact, or the range of it that was asked for. The caller closes the blob. */
export async function sendBlob(
  res: ServerResponse,
  etag: string,
  blob: Blob,
  delivery: Delivery,
): Promise<Sent> {
  const window = beginArtifact(res, etag, requestedRange(res, etag), blob.size, delivery);
  if (window === undefined) return NOTHING_SENT;
  if (res.req.method === 'HEAD') return endWithoutBody(res, delivery);
  const { start, end } = window;
  const whole: Sent = { bytes: end - start, complete: true };
  if (blob.bytes !== undefined) {
    await delivery.beforeLast(whole);
    res.end(blob.bytes.subarray(start, end));
    return whole;
  }
  const last = Math.max(start, end - TAIL);
  // One for the whole response: what a slow client holds is bounded, and nothing is left to collect.
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK, end - start));
  let at = await copy(blob, start, last, buffer, res);
  if (at === last) {
    await delivery.beforeLast(whole);
    at = await copy(blob, last, end, buffer, res);
  }
  if (at < end) {
    res.destroy();
    return { bytes: at - start, complete: false };
  }
  res.end();
  return whole;
}

/** Copies a part of a blob into the response; returns how far it came, less than `end` where the client went. */
async function copy(
  blob: Blob,
  start: number,
  end: number,
  buffer: Buffer,
  res: ServerResponse,
): Promise<number> {
  let at = start;
  while (at < end) {
    const read = await blob.read(buffer.subarray(0, Math.min(buffer.length, end - at)), at);
    if (read === 0 || !(await writeChunk(res, buffer.subarray(0, read)))) break;
    at += read;
  }
  return at;
}
