import { setTimeout as pause } from 'node:timers/promises';
import type { FakeS3, S3Fault } from '../support/fake-s3.js';
import type { Random } from '../support/random.js';
import type { RedisServer } from '../support/redis-servers.js';
import type { Replica } from './replicas.js';

/** What replicas share, and a test can spoil. */
export interface Scene {
  readonly random: Random;
  readonly replicas: readonly Replica[];
  readonly redis: RedisServer;
  readonly s3: FakeS3;
}

/** Something that goes wrong for a while. */
interface Trouble {
  /** Begins it, and resolves once it is over. */
  readonly happen: (scene: Scene) => Promise<void>;
  /**
   * How many transfers of one artifact it may cost beside the first: one for a replica that must go on by itself, and where
   * none knows of the others, one for each of them but the first.
   */
  readonly costs: 'one' | 'all but one';
}

const S3_FAULTS: readonly S3Fault[] = [
  { kind: 'drop' },
  { kind: 'silence' },
  { kind: 'error', status: 403, code: 'AccessDenied' },
  { kind: 'error', status: 503, code: 'SlowDown' },
  { kind: 'error-in-200', method: 'POST' },
  { kind: 'truncate' },
  { kind: 'other-bytes' },
  { kind: 'shorten' },
];

/** By the name under which they are counted. */
export const TROUBLES: Readonly<Record<string, Trouble>> = {
  kill: {
    costs: 'one',
    happen: async ({ random, replicas }) => {
      const one = random.pick(replicas);
      await one.end('SIGKILL');
      await pause(random.below(2_000));
      await one.begin();
    },
  },
  stop: {
    costs: 'one',
    // Sometimes past its leases.
    happen: ({ random, replicas }) => random.pick(replicas).hold(200 + random.below(9_000)),
  },
  partition: {
    costs: 'all but one',
    happen: async ({ random, replicas }) => {
      const one = random.pick(replicas);
      one.link.cut();
      await pause(500 + random.below(3_000));
      one.link.mend();
    },
  },
  'redis stops': {
    costs: 'all but one',
    happen: async ({ random, redis }) => {
      redis.pause();
      await pause(200 + random.below(4_000));
      redis.resume();
    },
  },
  'redis dies': {
    costs: 'all but one',
    happen: async ({ random, redis }) => {
      await redis.stop();
      await pause(random.below(3_000));
      await redis.start();
    },
  },
  'redis is flushed': {
    costs: 'all but one',
    happen: async ({ redis }) => void (await redis.ask.flushall()),
  },
  's3 fails': {
    costs: 'all but one',
    happen: async ({ random, s3 }) => {
      s3.fault = random.pick(S3_FAULTS);
      await pause(200 + random.below(4_000));
      s3.fault = undefined;
    },
  },
};

/** How many transfers of one artifact a trouble may cost beside the first. */
export function costOf(name: string, replicas: number): number {
  return TROUBLES[name]!.costs === 'one' ? 1 : replicas - 1;
}
