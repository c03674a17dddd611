import { UsageError } from './output.js';

/**
 * Asks a running Wheelgate's API.
 * @param server its URL, as the user gave it
 * @param path the route, with a leading slash
 * @throws {UsageError} where it does not answer, or answers with a problem
 */
export async function askServer<T>(
  server: string,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
): Promise<T> {
  const base = server.replace(/\/+$/, '');
  if (!URL.canParse(base)) throw new UsageError(`--server needs a URL, not ${server}`);
  const url = new URL(`${base}${path}`);
  for (const [key, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(key, value);
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    const cause = (error as Error).cause as Error | undefined;
    throw new UsageError(
      `${url.origin} does not answer (${cause?.message ?? (error as Error).message}): is it running? --server names another`,
    );
  }
  const body = (await response.json().catch(() => ({}))) as T & { detail?: string };
  if (!response.ok) throw new UsageError(body.detail ?? `status ${response.status}`);
  return body;
}
