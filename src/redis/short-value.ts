import type { Commands } from './client.js';
import { Script } from './script.js';

const GET = new Script(`
if not ({ string = 1, none = 1 })[redis.call('TYPE', KEYS[1]).ok] then return '' end
if redis.call('STRLEN', KEYS[1]) > tonumber(ARGV[1]) then return '' end
return redis.call('GET', KEYS[1])`);

/**
 * Reads a value that anyone may have written: one that is too long, or not a string, is not transferred.
 * @param longest in bytes
 * @returns undefined if there is none; empty if it was not transferred
 */
export async function shortValue(
  redis: Commands,
  key: string,
  longest: number,
): Promise<Buffer | undefined> {
  const value = await GET.run(redis, [key], [longest]);
  return Buffer.isBuffer(value) ? value : undefined;
}
