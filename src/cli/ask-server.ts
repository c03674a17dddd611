import { UsageError } from './output.js';
import { serverUrl } from './server-url.js';

/**
 * Asks a running Wheelgate's API.
 * @param server its URL, as the user gave it; a token in it, or in WHEELGATE_TOKEN, is shown
 * @param path the route, with a leading slash
 * @throws {UsageError} where it does not answer, or answers with a problem
 */
export async function askServer<T>(
  server: string,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
): Promise<T> {
  const url = new URL(`${serverUrl(server)}${path}`);
  const token = url.password || process.env.WHEELGATE_TOKEN;
  // What fetch says of a header that it does not take repeats the header.
  if (token && !/^[\x21-\x7e]+$/.test(token))
    throw new UsageError('the token holds something that no token has: a line break, a blank?');
  // fetch takes no URL with credentials in it.
  url.username = '';
  url.password = '';
  for (const [key, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(key, value);
  let response: Response;
  try {
    const headers: Record<string, string> = {};
    if (token) headers.authorization = `Bearer ${decodeURIComponent(token)}`;
    response = await fetch(url, { headers });
  } catch (error) {
    const cause = (error as Error).cause as Error | undefined;
    throw new UsageError(
      `${url.origin} does not answer (${cause?.message ?? (error as Error).message}): is it running there? Name another with --server`,
    );
  }
  const body = (await response.json().catch(() => ({}))) as T & { detail?: string };
  if (!response.ok) throw new UsageError(body.detail ?? `status ${response.status}`);
  return body;
}
