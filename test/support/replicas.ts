import { RedisLine } from '../../src/redis/redis-line.js';
import { type FakeUpstream, startFakeUpstream } from './fake-upstream.js';
import { type RedisServer, startRedis } from './redis-servers.js';
import { startGate, type TestGate, type TestGateOptions } from './wheelgate.js';

export const SECRET = 'a secret of 32 characters for all';

export interface ReplicaOptions {
  /** Another Redis than the shared one, or none. */
  readonly redis?: string | undefined;
  readonly mode?: 'standalone' | 'cluster';
  readonly secret?: string | undefined;
  readonly now?: number;
  /** Policy files by name. */
  readonly policies?: Readonly<Record<string, string>>;
  /** Settings by path. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Further settings of its upstream. */
  readonly upstream?: Readonly<Record<string, unknown>>;
  readonly verifyProvenance?: TestGateOptions['verifyProvenance'];
}

/** Replicas with separate disks, and a shared index and Redis. */
export interface Replicas {
  readonly upstream: FakeUpstream;
  readonly redis: RedisServer;
  /** Adds a replica. */
  add(options?: ReplicaOptions): Promise<TestGate>;
  close(): Promise<void>;
}

/** On a loaded machine a response may be late, which most tests do not concern. In milliseconds. */
const PATIENCE = 20_000;

/** Raises the Redis timeout of all replicas in this process. */
export function waitForRedis(): void {
  const { ask } = RedisLine.prototype;
  RedisLine.prototype.ask = function (question) {
    return ask.call(this, question as never, PATIENCE) as never;
  };
}

export async function startReplicas(...redisArgs: readonly string[]): Promise<Replicas> {
  const [upstream, redis] = await Promise.all([startFakeUpstream(), startRedis(...redisArgs)]);
  const gates: TestGate[] = [];
  return {
    upstream,
    redis,
    add: async (options = {}) => {
      const url = 'redis' in options ? options.redis : redis.url;
      const secret = 'secret' in options ? options.secret : SECRET;
      const gate = await startGate({
        ...(options.now !== undefined && { now: options.now }),
        ...(options.policies && { policies: options.policies }),
        ...(options.verifyProvenance && { verifyProvenance: options.verifyProvenance }),
        config: {
          upstreams: [{ name: 'fake', url: upstream.url, ...options.upstream }],
          ...(url !== undefined && { 'redis.url': url }),
          ...(options.mode !== undefined && { 'redis.mode': options.mode }),
          ...(secret !== undefined && { 'replica.secret': secret }),
          ...options.config,
        },
      });
      gates.push(gate);
      return gate;
    },
    close: async () => {
      upstream.release();
      await Promise.all(gates.map((gate) => gate.close()));
      await Promise.all([upstream.close(), redis.close()]);
    },
  };
}
