import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { buildWheel } from '../../support/distributions.js';
import { type FakeUpstream, startFakeUpstream } from '../../support/fake-upstream.js';
import { type GateProcess, startGateProcess } from '../../support/gate-process.js';
import { Mirror, osv } from '../../support/osv-mirror.js';
import {
  type RedisServer,
  redisProgram,
  startRedis,
  startSentinel,
} from '../../support/redis-servers.js';
import { SECRET } from '../../support/replicas.js';
import { until } from '../../support/until.js';
import { ask } from '../../support/wheelgate.js';

const { skip } = redisProgram();
const [fine, bad, worse] = ['1.0', '1.1', '1.2'].map((version) =>
  buildWheel({ name: 'demo', version }),
);

/** Lets everything through to a mirror, and keeps back the end of what is asked for at a path. */
class Narrow {
  readonly #mirror: Mirror;
  readonly #path: string;
  #server: Server | undefined;
  #kept: (() => void)[] = [];
  isOpen = true;
  url = '';

  constructor(mirror: Mirror, path: string) {
    this.#mirror = mirror;
    this.#path = path;
  }

  /** How many wait for the end. */
  get waiting(): number {
    return this.#kept.length;
  }

  async start(): Promise<void> {
    this.#server = createServer(async (req, res) => {
      const path = req.url!.slice('/PyPI/'.length);
      const { status, body } = await ask(`${this.#mirror.url}/${path}`);
      if (this.isOpen || path !== this.#path) return void res.writeHead(status).end(body);
      res.writeHead(status, { 'content-length': body.length });
      res.write(body.subarray(0, body.length / 2));
      this.#kept.push(() => res.end(body.subarray(body.length / 2)));
    });
    await new Promise<void>((done) => this.#server!.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/PyPI`;
  }

  /** For all that ask from now on, and those that wait. */
  open(): void {
    this.isOpen = true;
    for (const end of this.#kept.splice(0)) end();
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}

describe('the malware feed, when the replica that syncs it is killed', { skip }, () => {
  let folder: string;
  let upstream: FakeUpstream;
  let redis: RedisServer;
  let mirror: Mirror;
  const toClose: (() => unknown)[] = [];
  const gates: GateProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-leader-'));
    [upstream, redis, mirror] = [await startFakeUpstream(), await startRedis(), new Mirror()];
    await mirror.start();
    mirror.put(osv('MAL-1', 'demo', { versions: ['1.1'] }), '2026-10-01T00:00:00Z');
    upstream.addProject('demo', [fine!, bad!, worse!]);
  });
  afterEach(async () => {
    for (const gate of gates.splice(0)) await gate.end('SIGKILL');
    for (const close of toClose.splice(0)) await close();
    mirror.stop();
    await Promise.all([upstream.close(), redis.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  async function start(name: string, feed: string, redisEnv: Record<string, string> = {}) {
    const gate = await startGateProcess({
      folder,
      args: ['--upstream', upstream.url, '--data', join(folder, name)],
      env: {
        WHEELGATE_FEED_URL: feed,
        WHEELGATE_FEED_INTERVAL: '2s',
        WHEELGATE_REDIS_URL: redis.url,
        WHEELGATE_REPLICA_SECRET: SECRET,
        WHEELGATE_REPLICA_NAME: name,
        ...redisEnv,
      },
    });
    gates.push(gate);
    return gate;
  }

  async function narrow(path: string): Promise<Narrow> {
    const line = new Narrow(mirror, path);
    await line.start();
    toClose.push(() => line.stop());
    return line;
  }

  const statuses = (gate: GateProcess) =>
    Promise.all(
      [fine!, bad!, worse!].map(
        async ({ filename }) => (await ask(`${gate.url}/files/demo/${filename}`)).status,
      ),
    );

  /** The feed of a replica on its disk, whole: below a head that differs by the time. */
  async function feedOf(name: string): Promise<string> {
    const text = await readFile(join(folder, name, 'feed.jsonl'), 'utf8').catch(() => '');
    const lines = text.slice(text.indexOf('\n') + 1);
    return text === '' ? '' : createHash('sha256').update(lines).digest('hex');
  }

  /** Whose turn it is; undefined while nobody syncs. */
  async function leader(): Promise<string | undefined> {
    const [lease] = await redis.ask.keys('wg:1:{feed:*}:lease');
    const owner = lease === undefined ? null : await redis.ask.hget(lease, 'owner');
    return owner?.split(' ')[0];
  }

  /** The one that syncs is killed in the middle; the others come to the new feed without it, and it does when it is back. */
  async function survives(redisEnv: Record<string, string> = {}): Promise<void> {
    const source = await narrow('MAL-2.json');
    const replicas = new Map<string, GateProcess>();
    for (const name of ['a', 'b', 'c']) replicas.set(name, await start(name, source.url, redisEnv));
    const all = async (denied: string) => {
      for (const gate of replicas.values())
        await until(async () => (await statuses(gate)).join() === denied);
    };
    await all('200,403,200');

    source.isOpen = false;
    mirror.put(osv('MAL-2', 'demo', { versions: ['1.2'] }), '2026-10-02T00:00:00Z');
    await until(() => source.waiting > 0);
    const killed = await leader();
    assert.ok(killed !== undefined && replicas.has(killed), killed);
    await replicas.get(killed)!.end('SIGKILL');
    replicas.delete(killed);
    // Half a sync changes nothing.
    for (const gate of replicas.values()) assert.deepEqual(await statuses(gate), [200, 403, 200]);
    source.open();
    await all('200,403,403');
    const others = [...replicas.keys()];

    replicas.set(killed, await start(killed, source.url, redisEnv));
    await all('200,403,403');
    await until(async () => {
      const feeds = await Promise.all([killed, ...others].map(feedOf));
      return feeds[0] !== '' && new Set(feeds).size === 1;
    });
  }

  it('is synced by another, and all come to one and the same whole feed', () => survives());

  it('is so through Sentinel', async () => {
    const file = join(folder, 'sentinel.conf');
    await writeFile(file, `sentinel monitor builds 127.0.0.1 ${redis.port} 1\n`);
    const sentinel = await startSentinel(file);
    toClose.push(() => sentinel.close());
    await survives({
      WHEELGATE_REDIS_URL: sentinel.url,
      WHEELGATE_REDIS_MODE: 'sentinel',
      WHEELGATE_REDIS_MASTER: 'builds',
    });
  });
});
