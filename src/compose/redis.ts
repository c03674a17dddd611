import { readFile } from 'node:fs/promises';
import type { Config } from '../config/config.js';
import { SHORTEST_SECRET } from '../config/sections/replica.js';
import type { RedisEvents } from '../redis/redis-events.js';
import type { RedisLine } from '../redis/redis-line.js';
import type { Process } from './process.js';

/** Connects a machine to the others. */
export interface Redis {
  readonly line: RedisLine;
  /** Begun once everything is built that wants to hear of them. */
  readonly events: RedisEvents;
}

/**
 * Redis, if configured, for the process that owns the machine's parts. Its client is loaded only then. If Redis is
 * down, that is reported, and the connection is retried.
 */
export async function createRedis(
  { redis, replica }: Config,
  { now, log, health, closing }: Process,
): Promise<Redis | undefined> {
  if (redis === undefined) return undefined;
  const { RedisLine } = await import('../redis/redis-line.js');
  const { RedisEvents } = await import('../redis/redis-events.js');
  const ca = redis.ca === undefined ? undefined : await readFile(redis.ca, 'utf8');
  const settings = { ...redis, ca };
  let isAway = false;
  const onTrouble = (detail: string | undefined) => {
    if (detail !== undefined)
      health.set('redis', 'degraded', `this replica continues alone: ${detail}`);
    else health.set('redis', 'ok');
    // Reported once for all attempts.
    if (isAway === (detail !== undefined)) return;
    isAway = detail !== undefined;
    if (isAway) log.warn({ detail }, 'Redis is unavailable; this replica continues alone');
    else log.info('Redis is available again');
  };
  health.set('redis', 'ok');
  const { secret } = replica;
  if (secret === undefined)
    log.warn('"replica.secret" is not set, so replicas share nothing that requires trust');
  else if (secret.length < SHORTEST_SECRET)
    log.warn('"replica.secret" is too short to resist guessing; use 32 random characters');
  const line = new RedisLine(settings, { now, onTrouble });
  closing.add(() => line.close());
  const events = new RedisEvents(settings, line);
  closing.add(() => events.close());
  await line.begin();
  return { line, events };
}
