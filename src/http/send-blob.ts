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
  let bytes = await copy(blob.stream(start, last), res);
  if (bytes === last - start) {
    await delivery.beforeLast(whole);
    bytes += await copy(blob.stream(last, end), res);
  }
  if (bytes < whole.bytes) {
    res.destroy();
    return { bytes, complete: false };
  }
  res.end();
  return whole;
}

/** Copies bytes into the response; returns the bytes that were written before the client went, if it did. */
async function copy(source: AsyncIterable<Buffer>, res: ServerResponse): Promise<number> {
  let bytes = 0;
  for await (const chunk of source) {
    if (!(await writeChunk(res, chunk))) break;
    bytes += chunk.length;
  }
  return bytes;
}
