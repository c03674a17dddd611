import { UsageError } from './output.js';
import { serverUrl } from './server-url.js';

/** The server answered with a problem instead of the requested data. */
export class ServerProblem extends UsageError {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/**
 * Sends a request to the API of a running Wheelgate.
 * @param server its URL, as the user gave it; a token in it, or in WHEELGATE_TOKEN, is sent
 * @param path the route, with a leading slash
 * @param withToken whether WHEELGATE_TOKEN may be sent to this server
 * @throws {UsageError} if the server does not respond, or responds with a problem
 */
export async function askServer<T>(
  server: string,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  withToken = true,
): Promise<T> {
  const url = new URL(`${serverUrl(server)}${path}`);
  for (const [key, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(key, value);
  const response = await request(url, 'follow', withToken);
  if (!response.ok) throw new ServerProblem(await problemOf(response, withToken), response.status);
  return (await response.json().catch(() => ({}))) as T;
}

/**
 * Follows one redirect of a running Wheelgate; redirects to other hosts are not followed.
 * @returns the path
 * @throws {UsageError} if the server does not redirect, or does not respond
 */
export async function locationOf(
  server: string,
  path: string,
  withToken: boolean,
): Promise<string> {
  const url = new URL(`${serverUrl(server)}${path}`);
  const response = await request(url, 'manual', withToken);
  const location = response.headers.get('location');
  await response.body?.cancel();
  if (response.status >= 300 && response.status < 400 && location !== null)
    return new URL(location, url).pathname;
  throw new UsageError(`${url} does not resolve to a file (status ${response.status})`);
}

async function problemOf(response: Response, withToken: boolean): Promise<string> {
  const { detail } = (await response.json().catch(() => ({}))) as { readonly detail?: string };
  const said = detail ?? `status ${response.status}`;
  return response.status === 401 && !withToken
    ? `${said} WHEELGATE_TOKEN is sent only to a server named by --server.`
    : said;
}

async function request(
  url: URL,
  redirect: 'follow' | 'manual',
  withToken: boolean,
): Promise<Response> {
  const token = url.password || (withToken ? process.env.WHEELGATE_TOKEN : undefined);
  // The error of fetch for an invalid header repeats the header, and with it the token.
  if (token && !/^[\x21-\x7e]+$/.test(token))
    throw new UsageError(
      'the token contains an invalid character, such as a line break or a space',
    );
  // fetch takes no URL with credentials in it.
  url.username = '';
  url.password = '';
  try {
    const headers: Record<string, string> = {};
    if (token) headers.authorization = `Bearer ${decodeURIComponent(token)}`;
    return await fetch(url, { headers, redirect });
  } catch (error) {
    const cause = (error as Error).cause as Error | undefined;
    throw new UsageError(
      `${url.origin} does not respond (${cause?.message ?? (error as Error).message}): check that it is running, or name another server with --server`,
    );
  }
}
