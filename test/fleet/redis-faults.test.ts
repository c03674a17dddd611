import assert from 'node:assert/strict';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { yankedText } from '../../src/messages/refusals.js';
import { buildWheel, type Distribution } from '../support/distributions.js';
import {
  FLUSHED,
  FULL,
  GONE,
  HANGING,
  type Harm,
  OTHER_PASSWORD,
  READ_ONLY,
} from '../support/redis-harms.js';
import { type RedisServer, redisProgram, startRedis } from '../support/redis-servers.js';
import { type Replicas, startReplicas } from '../support/replicas.js';
import { until } from '../support/until.js';
import type { TestGate } from '../support/wheelgate.js';

const { skip } = redisProgram();
const MINUTE = 60_000;

const get = (gate: TestGate, project: string, { filename }: Distribution) =>
  gate.get(`/files/${project}/${filename}`);

/** Delays what goes over it, in both directions. */
async function startSlowLine(to: RedisServer, milliseconds: number) {
  const sockets = new Set<Socket>();
  const server = createServer((here) => {
    const there = connect(to.port, '127.0.0.1');
    for (const [from, into] of [
      [here, there],
      [there, here],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => into.destroy());
      from.on('data', async (chunk) => {
        await sleep(milliseconds);
        into.write(chunk);
      });
    }
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as { port: number };
  return {
    url: `redis://127.0.0.1:${port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** What may be wrong with Redis. A replica has begun beforehand, with a project known, and goes on with another one. */
const FAULTS: Readonly<Record<string, Harm['harm']>> = {
  'is gone': GONE.harm,
  'says nothing any more': HANGING.harm,
  'takes nothing any more': READ_ONLY.harm,
  'has no memory left': FULL.harm,
  'knows its password no more': OTHER_PASSWORD.harm,
  'has lost everything': FLUSHED.harm,
  'knows none of the commands that are wanted': (redis) =>
    redis.ask.call('ACL', 'SETUSER', 'default', '-@scripting'),
};

describe('a replica whose Redis', { skip }, () => {
  let replicas: Replicas;

  beforeEach(async () => {
    replicas = await startReplicas();
  });
  afterEach(async () => {
    replicas.redis.resume();
    await replicas.close();
  });

  /** A project with a file that is refused, and one that is not. */
  function project(name: string) {
    const bad = buildWheel({ name, files: { 'evil.pth': 'import os\n' } });
    const good = buildWheel({ name, version: '2.0' });
    replicas.upstream.addProject(name, [bad, good]);
    return { name, bad, good };
  }

  type Project = ReturnType<typeof project>;

  async function assertServes(gate: TestGate, { name, bad, good }: Project): Promise<void> {
    assert.equal((await gate.get(`/simple/${name}/`)).status, 200);
    const refused = await get(gate, name, bad);
    assert.deepEqual([refused.status, refused.body.includes(bad.bytes)], [403, false]);
    const given = await get(gate, name, good);
    assert.deepEqual(
      [given.status, given.complete, given.body.equals(good.bytes)],
      [200, true, true],
    );
    assert.equal((await gate.get('/readyz')).status, 200);
  }

  for (const [fault, happens] of Object.entries(FAULTS))
    it(`${fault} serves alone, and refuses what it must`, async () => {
      const gate = await replicas.add();
      const [known, later, last] = [project('known'), project('later'), project('last')];
      await assertServes(gate, known);
      await happens(replicas.redis);
      for (const one of [known, later]) await assertServes(gate, one);
      // It is tried again.
      gate.now += MINUTE;
      await assertServes(gate, last);
      await assertServes(gate, known);
    });

  it('is not there at the start serves alone', async () => {
    await replicas.redis.stop();
    const gate = await replicas.add();
    await assertServes(gate, project('demo'));
  });

  it('wants another password serves alone', async () => {
    const locked = await startRedis('--requirepass', 'a password');
    try {
      const gate = await replicas.add({ redis: `redis://:wrong@127.0.0.1:${locked.port}` });
      await assertServes(gate, project('demo'));
      assert.equal((await gate.get('/readyz')).json().parts.redis.state, 'degraded');
    } finally {
      await locked.close();
    }
  });

  it('is slow goes on sharing by it as long as it answers in time, and without it where not', async () => {
    /**
     * How often the index is asked for a page by a replica whose Redis is so slow, when another replica has fetched it; undefined
     * if that has not shared it, as on a loaded machine.
     */
    async function askedFor(name: string, delay: number): Promise<number | undefined> {
      const slow = await startSlowLine(replicas.redis, delay);
      try {
        const one = project(name);
        const [a, b] = [await replicas.add(), await replicas.add({ redis: slow.url })];
        await assertServes(a, one);
        if (!(await isShared(name))) return undefined;
        const before = replicas.upstream.requests(`/simple/${name}/`);
        await assertServes(b, one);
        return replicas.upstream.requests(`/simple/${name}/`) - before;
      } finally {
        slow.close();
      }
    }
    async function isShared(name: string): Promise<boolean> {
      for (let look = 0; look < 500; look += 1) {
        if ((await replicas.redis.ask.keys(`wg:1:{p:${name}}:f*`)).length === 1) return true;
        await sleep(5);
      }
      return false;
    }
    // Once more where it learns in between, and late, what the other has: sharing saves requests, and nothing depends on it.
    let asked: number | undefined;
    for (let number = 0; asked === undefined; number += 1)
      asked = await askedFor(`slow${number}`, 400);
    assert.ok(asked > 0);
    // On a loaded machine it may be slower than that now and then.
    for (let number = 0; asked !== 0; number += 1) asked = await askedFor(`quick${number}`, 20);
  });

  it('is there again shares again, and tells what it has learnt alone', async () => {
    const [a, b] = [await replicas.add(), await replicas.add()];
    const one = project('demo');
    await replicas.redis.stop();
    for (const gate of [a, b]) await gate.get('/simple/demo/');
    await get(a, 'demo', one.bad);
    await replicas.redis.start();
    const asked = () => replicas.upstream.requests('/packages/demo/demo-1.0-py3-none-any.whl');
    await until(async () => {
      // Time passes for those that leave it alone.
      for (const gate of [a, b]) gate.now += 5_000;
      for (const gate of [a, b]) await gate.get('/simple/demo/');
      return (await b.get('/simple/demo/')).body.includes(yankedText(''));
    });
    assert.equal((await get(b, 'demo', one.bad)).status, 403);
    assert.equal(asked(), 1);
  });
});

describe('what is warm', { skip }, () => {
  it('asks Redis for nothing, be it a page or an artifact, and waits for nothing there', async () => {
    const replicas = await startReplicas();
    try {
      const gate = await replicas.add();
      const good = buildWheel({ name: 'demo' });
      replicas.upstream.addProject('demo', [good]);
      const bothOf = async () => {
        const page = await gate.get('/simple/demo/');
        const file = await get(gate, 'demo', good);
        assert.deepEqual([page.status, file.status], [200, 200]);
        assert.ok(file.body.equals(good.bytes));
      };
      await bothOf();
      // What was learnt goes out by itself.
      await until(
        async () => (await replicas.redis.ask.keys('wg:1:{p:demo}:findings*')).length === 1,
      );
      const { ask } = replicas.redis;
      // Redis notes every command. The client's MONITOR breaks off where a command comes before its connection is ready.
      await ask.config('SET', 'slowlog-max-len', '10000');
      await ask.config('SET', 'slowlog-log-slower-than', '0');
      const asked = async () => {
        const noted = (await ask.slowlog('GET', 10_000)) as [unknown, unknown, unknown, string[]][];
        // Heartbeats and decisions go out by themselves.
        return noted
          .map(([, , , command]) => command.join(' '))
          .filter((command) => /\{[pf]:/.test(command));
      };
      for (let time = 0; time < 5; time += 1) await bothOf();
      assert.deepEqual(await asked(), []);
      await gate.get('/simple/cold/');
      assert.notDeepEqual(await asked(), []);
      replicas.redis.pause();
      for (let time = 0; time < 5; time += 1) await bothOf();
    } finally {
      replicas.redis.resume();
      await replicas.close();
    }
  });
});
