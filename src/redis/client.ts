import { Cluster, type CommonRedisOptions, Redis, type RedisCommander } from 'ioredis';

/** The connection settings of Redis. */
export interface RedisSettings {
  /** One host of a standalone server; several Sentinels, or nodes of a cluster. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly mode: 'standalone' | 'sentinel' | 'cluster';
  /** Name of the master, for Sentinel. */
  readonly master: string;
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly sentinelPassword: string | undefined;
  readonly database: number;
  /** The trusted certificate authorities, in PEM; undefined for the default ones. */
  readonly ca: string | undefined;
}

/** Either kind of client: the commands that both support. */
export type RedisClient = Redis | Cluster;
/** Redis's commands, as both clients have them. */
export type Commands = RedisCommander;

const CONNECT_TIMEOUT = 1_000;
/** A connection is closed after this long without a response to a pending command, in milliseconds. */
const SILENCE = 5_000;
/** The longest delay between two connection attempts, in milliseconds. */
const LONGEST_PAUSE = 5_000;

/**
 * A client that is not connected yet. A command that cannot be sent immediately fails: it never waits for a
 * reconnection, and is never sent twice.
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
    // Each listener subscribes itself whenever the client is ready. The library's own subscription has no error
    // handler: a server that disconnected at that moment ended the process.
    autoResubscribe: false,
    enableAutoPipelining: true,
    // The library would send them without their name in commands that return bytes (`script.ts`).
    autoPipeliningIgnoredCommands: ['EVALSHA', 'EVAL'],
    // Servers before 7.2 lack CLIENT SETINFO, and some users lack the permission.
    disableClientInfo: true,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: { ...(ca !== undefined && { ca }) } }),
  } satisfies CommonRedisOptions & { tls?: object };
}

/** All replicas lose the same server at the same time, and must not reconnect simultaneously. */
function pauseAfter(times: number): number {
  const most = Math.min(LONGEST_PAUSE, 100 * 2 ** Math.min(times, 10));
  return most / 2 + (Math.random() * most) / 2;
}
