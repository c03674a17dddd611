// Downloads as a client makes them, without undoing any encoding and without keeping the bytes.
import { request } from 'undici';

/** @returns bytes as sent, milliseconds to the last, and the headers. @throws where the answer is not 200 */
export async function download(url, headers = {}) {
  const started = performance.now();
  const answer = await request(url, { headers, bodyTimeout: 0, headersTimeout: 0 });
  let bytes = 0;
  for await (const chunk of answer.body) bytes += chunk.length;
  if (answer.statusCode !== 200) throw new Error(`${url} answered with ${answer.statusCode}`);
  return { bytes, milliseconds: performance.now() - started, headers: answer.headers };
}
