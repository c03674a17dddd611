import type { RedisServer } from './redis-servers.js';

/** A fault of Redis during its use, and its repair. */
export interface Harm {
  harm(redis: RedisServer): unknown;
  mend(redis: RedisServer): unknown;
}

/** It ends, and restarts without data. */
export const GONE: Harm = { harm: (redis) => redis.stop(), mend: (redis) => redis.start() };

/** It accepts requests and never responds. */
export const HANGING: Harm = { harm: (redis) => redis.pause(), mend: (redis) => redis.resume() };

/** It becomes a replica of a missing server. */
export const READ_ONLY: Harm = {
  harm: (redis) => redis.ask.replicaof('127.0.0.1', 1),
  mend: (redis) => redis.ask.replicaof('NO', 'ONE'),
};

export const FULL: Harm = {
  harm: (redis) => redis.ask.config('SET', 'maxmemory', '1'),
  mend: (redis) => redis.ask.config('SET', 'maxmemory', '0'),
};

/** Clients must reconnect, and are rejected. */
export const OTHER_PASSWORD: Harm = {
  harm: async (redis) => {
    await redis.ask.config('SET', 'requirepass', 'another');
    await redis.ask.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  },
  mend: (redis) => redis.ask.config('SET', 'requirepass', ''),
};

/** Its data are deleted; there is no repair. */
export const FLUSHED: Harm = { harm: (redis) => redis.ask.flushall(), mend: () => {} };
