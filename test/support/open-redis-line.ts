import { configSchema } from '../../src/config/schema.js';
import { toRedis } from '../../src/config/sections/redis.js';
import { RedisLine } from '../../src/redis/redis-line.js';

/** Connects to the Redis server of a test. */
export async function openRedisLine(
  url: string,
  mode: 'standalone' | 'cluster' = 'standalone',
): Promise<RedisLine> {
  const settings = toRedis(configSchema.parse({ redis: { url, mode } }).redis)!;
  const line = new RedisLine(
    { ...settings, ca: undefined },
    { now: Date.now, onTrouble: () => {} },
  );
  await line.begin();
  return line;
}
