// Downloads like a client, without decoding and without keeping the bytes.
import { request } from 'undici';

/** @returns the sent bytes, milliseconds to the last one, and the headers. @throws if the status is not 200 */
export async function download(url, headers = {}) {
  const started = performance.now();
  const answer = await request(url, { headers, bodyTimeout: 0, headersTimeout: 0 });
  let bytes = 0;
  for await (const chunk of answer.body) bytes += chunk.length;
  if (answer.statusCode !== 200) throw new Error(`${url} answered with ${answer.statusCode}`);
  return { bytes, milliseconds: performance.now() - started, headers: answer.headers };
}
