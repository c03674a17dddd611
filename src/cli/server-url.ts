import { UsageError } from './output.js';

/** Where a Wheelgate listens that was told nothing else. */
export const DEFAULT_SERVER = 'http://127.0.0.1:8080';

/**
 * A Wheelgate's URL as it was typed, without what people leave at its end: slashes, the index's own path.
 * @throws {UsageError} where it is none; without what was typed, for it may hold a token
 */
export function serverUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new UsageError('--server needs a URL such as http://127.0.0.1:8080');
  return text.replace(/\/+$/, '').replace(/\/simple$/, '');
}
