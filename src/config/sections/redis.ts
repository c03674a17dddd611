import { z } from 'zod';
import { expected } from '../../yaml/validate.js';
import { path, section } from '../terms.js';

/** `redis://` or `rediss://`, credentials, one host or several, and a database. */
const REDIS_URL = /^(rediss?):\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/(\d{1,3})?)?$/;

/** One server of Redis. */
export interface RedisHost {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

interface RedisAddress {
  readonly hosts: readonly RedisHost[];
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
}

/** Sentinels listen elsewhere. */
const PORT = { standalone: 6379, sentinel: 26379, cluster: 6379 } as const;

const redisUrl = () =>
  z.string().superRefine((text, context) => {
    if (readRedisUrl(text, 6379) === undefined)
      context.addIssue(
        expected(
          'a URL such as redis://redis.example.com:6379, or several hosts separated by commas',
        ),
      );
  });

/** The settings below `redis`. */
export const redisSection = section(
  {
    url: redisUrl()
      .describe('The Redis that replicas share: redis:// or, with TLS, rediss://.')
      .optional(),
    mode: z
      .enum(['standalone', 'sentinel', 'cluster'])
      .describe('How the Redis servers in the URL are deployed.')
      .prefault('standalone'),
    master: z
      .string()
      .regex(/^[\w.-]{1,100}$/, 'expected a name such as mymaster')
      .describe('Name of the master, for Sentinel.')
      .prefault('mymaster'),
    prefix: z
      .string()
      .regex(/^[\w.-]{1,64}$/, 'expected a short word such as wg')
      .describe('Prefix of keys and channels.')
      .prefault('wg'),
    username: z.string().min(1).describe('Redis user name.').optional(),
    password: z.string().min(1).describe('Redis password.').optional(),
    'sentinel-password': z.string().min(1).describe('Password of the Sentinels.').optional(),
    ca: path()
      .describe('Certificate authorities for Redis, PEM. Replaces the default ones.')
      .optional(),
  },
  'The Redis that replicas share.',
);

/** @returns undefined without Redis */
export function toRedis({
  url,
  mode,
  master,
  prefix,
  username,
  password,
  'sentinel-password': sentinelPassword,
  ca,
}: z.output<typeof redisSection>) {
  const address = url === undefined ? undefined : readRedisUrl(url, PORT[mode]);
  if (address === undefined) return undefined;
  return {
    ...address,
    username: username ?? address.username,
    password: password ?? address.password,
    mode,
    master,
    prefix,
    sentinelPassword,
    /** In place of the usual authorities. */
    ca,
  };
}

/** @param usual the default port @returns undefined if it is invalid */
function readRedisUrl(text: string, usual: number): RedisAddress | undefined {
  const [, scheme, credentials, servers, database] = REDIS_URL.exec(text) ?? [];
  const hosts = servers?.split(',').map((server) => readHost(server, usual)) ?? [];
  if (hosts.length === 0 || hosts.includes(undefined)) return undefined;
  const [username, ...password] = credentials?.split(':') ?? [];
  return {
    hosts: hosts.filter((host) => host !== undefined),
    tls: scheme === 'rediss',
    username: decoded(username),
    password: decoded(password.join(':')),
    database: Number(database ?? 0),
  };
}

function readHost(text: string, usual: number): RedisHost | undefined {
  const url = URL.canParse(`redis://${text}`) ? new URL(`redis://${text}`) : undefined;
  if (url === undefined || url.hostname === '' || url.href !== `redis://${text}`) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { host, port: url.port === '' ? usual : Number(url.port) };
}

function decoded(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    // A password with a plain % in it.
    return text;
  }
}
