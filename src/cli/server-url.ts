import { UsageError } from './output.js';

/** The default address of Wheelgate. */
export const DEFAULT_SERVER = 'http://127.0.0.1:8080';

/**
 * Normalizes a typed URL of Wheelgate: strips trailing slashes and the index's own path.
 * @throws {UsageError} if it is invalid; the message omits the URL, because it may contain a token
 */
export function serverUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new UsageError('--server needs a URL such as http://127.0.0.1:8080');
  return text.replace(/\/+$/, '').replace(/\/simple$/, '');
}
