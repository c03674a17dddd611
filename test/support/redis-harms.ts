import type { RedisServer } from './redis-servers.js';

/** What may be wrong with Redis while others use it, and how it ends. */
export interface Harm {
  harm(redis: RedisServer): unknown;
  mend(redis: RedisServer): unknown;
}

/** It ends, and begins anew, empty. */
export const GONE: Harm = { harm: (redis) => redis.stop(), mend: (redis) => redis.start() };

/** It takes what is sent, and answers nothing. */
export const HANGING: Harm = { harm: (redis) => redis.pause(), mend: (redis) => redis.resume() };

/** It is the replica of a server that is not there. */
export const READ_ONLY: Harm = {
  harm: (redis) => redis.ask.replicaof('127.0.0.1', 1),
  mend: (redis) => redis.ask.replicaof('NO', 'ONE'),
};

export const FULL: Harm = {
  harm: (redis) => redis.ask.config('SET', 'maxmemory', '1'),
  mend: (redis) => redis.ask.config('SET', 'maxmemory', '0'),
};

/** Who is connected has to come again, and is refused. */
export const OTHER_PASSWORD: Harm = {
  harm: async (redis) => {
    await redis.ask.config('SET', 'requirepass', 'another');
    await redis.ask.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  },
  mend: (redis) => redis.ask.config('SET', 'requirepass', ''),
};

/** What it had is gone; there is nothing to mend. */
export const FLUSHED: Harm = { harm: (redis) => redis.ask.flushall(), mend: () => {} };
