import { Cluster, type CommonRedisOptions, Redis, type RedisCommander } from 'ioredis';

/** Where Redis is, and who asks it. */
export interface RedisSettings {
  /** One of a standalone server; several Sentinels, or nodes of a cluster. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly mode: 'standalone' | 'sentinel' | 'cluster';
  /** Name of the master, for Sentinel. */
  readonly master: string;
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly sentinelPassword: string | undefined;
  readonly database: number;
  /** The certificate authorities to believe, in PEM; undefined for the usual ones. */
  readonly ca: string | undefined;
}

/** Of either kind of client: what both can be asked. */
export type RedisClient = Redis | Cluster;
/** Redis's commands, as either client has them. */
export type Commands = RedisCommander;

const CONNECT_TIMEOUT = 1_000;
/** Without any answer for this long while one is awaited, a connection is given up, in milliseconds. */
const SILENCE = 5_000;
/** Between two tries to connect, in milliseconds, at most. */
const LONGEST_PAUSE = 5_000;

/**
 * A client that is not connected yet. What cannot be sent at once fails at once: nothing waits for a connection to come
 * back, and nothing is sent a second time.
 */
export function createClient(settings: RedisSettings): RedisClient {
  const { mode, hosts, master, database, sentinelPassword } = settings;
  const common = commonOptions(settings);
  const first = hosts[0];
  if (mode === 'cluster')
    return new Cluster([...hosts], {
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: pauseAfter,
      slotsRefreshTimeout: CONNECT_TIMEOUT,
      redisOptions: common,
    });
  if (mode === 'sentinel')
    return new Redis({
      ...common,
      retryStrategy: pauseAfter,
      sentinelRetryStrategy: pauseAfter,
      sentinels: [...hosts],
      name: master,
      db: database,
      ...(sentinelPassword !== undefined && { sentinelPassword }),
      ...(settings.tls && { enableTLSForSentinelMode: true, sentinelTLS: common.tls ?? {} }),
    });
  return new Redis({ ...common, ...first, retryStrategy: pauseAfter, db: database });
}

function commonOptions({ tls, username, password, ca }: RedisSettings) {
  return {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT,
    socketTimeout: SILENCE,
    commandTimeout: SILENCE,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // Whoever listens subscribes by itself whenever it is ready. The library's own subscription has no handler for its failure: a
    // server that went away at that moment ended the process.
    autoResubscribe: false,
    enableAutoPipelining: true,
    // It would send them without their name, where bytes are asked for (`script.ts`).
    autoPipeliningIgnoredCommands: ['EVALSHA', 'EVAL'],
    // Servers before 7.2 know no CLIENT SETINFO, and some users may not ask for it.
    disableClientInfo: true,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: { ...(ca !== undefined && { ca }) } }),
  } satisfies CommonRedisOptions & { tls?: object };
}

/** All replicas lose the same server at the same time: they do not come back to it all at once. */
function pauseAfter(times: number): number {
  const most = Math.min(LONGEST_PAUSE, 100 * 2 ** Math.min(times, 10));
  return most / 2 + (Math.random() * most) / 2;
}
