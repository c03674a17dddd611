import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from './free-port.js';
import { type Requirement, required } from './requirements.js';

/** The program of the Redis server. */
export function redisProgram(): Requirement<string> {
  const found = spawnSync('redis-server', ['--version']).error === undefined;
  return required(
    found ? 'redis-server' : undefined,
    'redis-server',
    "Debian's package redis-server has it, and it comes with Redis",
  );
}

/** A real Redis server on loopback, initially empty. */
export interface RedisServer {
  readonly port: number;
  /** `redis://127.0.0.1:PORT` */
  readonly url: string;
  /** A direct connection for the test: `await server.ask.flushall()`. */
  readonly ask: Redis;
  /** It stays connected but stops responding. */
  pause(): void;
  resume(): void;
  /** Kills it; its data are lost. */
  stop(): Promise<void>;
  /** Restarts it on its port without data, after a stop. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** A Sentinel. @param file its configuration, which it also writes */
export async function startSentinel(file: string): Promise<RedisServer> {
  return startRedis(file, '--sentinel');
}

/** @param args for the program, such as `--maxmemory 1mb` */
export async function startRedis(...args: readonly string[]): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'wheelgate-redis-'));
  const port = Number(await freePort());
  let child = await startServer(folder, port, args);
  const password = args[args.indexOf('--requirepass') + 1];
  const ask = new Redis({
    port,
    host: '127.0.0.1',
    ...(args.includes('--requirepass') && password !== undefined && { password }),
    retryStrategy: () => 50,
    maxRetriesPerRequest: null,
  });
  ask.on('error', () => {});
  const end = async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  };
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    ask,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    stop: end,
    start: async () => {
      if (child.exitCode === null && child.signalCode === null) return;
      child = await startServer(folder, port, args);
    },
    close: async () => {
      ask.disconnect();
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Three servers that form one cluster. */
export interface RedisCluster {
  /** `redis://HOST:PORT,HOST:PORT,HOST:PORT` */
  readonly url: string;
  readonly servers: readonly RedisServer[];
  close(): Promise<void>;
}

const SLOTS = 16_384;

export async function startRedisCluster(): Promise<RedisCluster> {
  // Each has a second port for the others: by default 10,000 above the first, which may be in use.
  const buses = [await freePort(), await freePort(), await freePort()];
  const servers = await Promise.all(
    buses.map((bus) => startRedis('--cluster-enabled', 'yes', '--cluster-port', bus)),
  );
  const each = Math.ceil(SLOTS / servers.length);
  for (const [index, { ask }] of servers.entries()) {
    const last = Math.min(SLOTS, (index + 1) * each) - 1;
    await ask.call('CLUSTER', 'ADDSLOTSRANGE', String(index * each), String(last));
    await ask.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
    const { port } = servers[0]!;
    if (index > 0) await ask.call('CLUSTER', 'MEET', '127.0.0.1', String(port), buses[0]!);
  }
  for (const { ask } of servers)
    while (!isWhole(String(await ask.call('CLUSTER', 'INFO')))) await sleep(50);
  return {
    url: `redis://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    servers,
    close: async () => {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

function isWhole(info: string): boolean {
  return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
}

async function startServer(
  folder: string,
  port: number,
  args: readonly string[],
): Promise<ChildProcess> {
  const usual = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  const isSentinel = args.includes('--sentinel');
  // A file must be the first argument; Sentinels have no other storage.
  const all = isSentinel
    ? [...args, ...usual]
    : [...usual, '--save', '', '--appendonly', 'no', ...args];
  const child = spawn('redis-server', all, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  await new Promise<void>((ready, failed) => {
    child.once('error', failed);
    child.once('close', (code) => failed(new Error(`redis-server ended with ${code}: ${said}`)));
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (/Ready to accept connections|Sentinel ID is/.test(said)) ready();
    });
  });
  child.removeAllListeners('close');
  return child;
}
