import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { redisProgram } from '../support/redis-servers.js';
import {
  type ReplicaOptions,
  type Replicas,
  startReplicas,
  waitForRedis,
} from '../support/replicas.js';
import { until } from '../support/until.js';
import type { TestGate } from '../support/wheelgate.js';

const { skip } = redisProgram();
waitForRedis();

const refused = buildWheel({ name: 'demo', files: { 'evil.pth': 'import os\n' } });
const allowed = buildWheel({ name: 'demo', version: '2.0' });
const pinned = buildWheel({ name: 'pinned' });
const others = buildWheel({ name: 'pinned', files: { 'pinned/__init__.py': 'evil = 1\n' } });
const PINNING: ReplicaOptions = {
  upstream: { unhashed: 'pin' },
  // Refusals are plain ones, however busy the machine is.
  config: { 'gate.hold-time': '10m' },
};

const get = (gate: TestGate, project: string, { filename }: Distribution) =>
  gate.get(`/files/${project}/${filename}`);

describe('somebody who may write to Redis, and has not the secret,', { skip }, () => {
  let replicas: Replicas;

  beforeEach(async () => {
    replicas = await startReplicas();
    replicas.upstream.addProject('demo', [refused, allowed]);
    replicas.upstream.addProject('pinned', [{ dist: pinned, hashes: {} }]);
  });
  afterEach(() => replicas.close());

  type Fields = Readonly<Record<string, Buffer>>;
  /** All hashes that lie there, by their keys. */
  async function all(): Promise<Map<string, Fields>> {
    const { ask } = replicas.redis;
    const found = new Map<string, Fields>();
    for (const key of (await ask.keys('wg:1:{p:*')).sort())
      found.set(key, await ask.hgetallBuffer(key));
    return found;
  }
  const write = (key: string, fields: Fields) =>
    replicas.redis.ask.hset(key, new Map(Object.entries(fields)));

  /** Fills Redis by one replica. */
  async function fill(): Promise<void> {
    const gate = await replicas.add(PINNING);
    assert.equal((await get(gate, 'demo', refused)).status, 403);
    assert.equal((await get(gate, 'demo', allowed)).status, 200);
    assert.equal((await get(gate, 'pinned', pinned)).status, 200);
    await until(async () => {
      const keys = [...(await all()).keys()].map((key) => key.split(':').slice(2).join(':'));
      return ['{p:demo}:findings', '{p:demo}:page', '{p:pinned}:pins', '{p:pinned}:findings'].every(
        (name) => keys.some((key) => key.startsWith(name)),
      );
    });
  }

  /** One with an empty disk refuses what is to be refused, and completes nothing but the right bytes. */
  async function assertRight(gate: TestGate): Promise<void> {
    for (let round = 0; round < 2; round += 1) {
      assert.equal((await gate.get('/simple/demo/')).status, 200);
      assert.equal((await get(gate, 'demo', refused)).status, 403);
      const answer = await get(gate, 'demo', allowed);
      assert.deepEqual([answer.status, answer.complete], [200, true]);
      assert.ok(answer.body.equals(allowed.bytes));
      const first = await get(gate, 'pinned', pinned);
      assert.ok(first.status === 200 && first.body.equals(pinned.bytes));
    }
  }

  const LIES: Readonly<Record<string, (was: Map<string, Fields>) => Promise<unknown>>> = {
    'puts garbage in place of every value': async (was) => {
      for (const [key, fields] of was)
        await write(
          key,
          mapped(fields, () => randomBytes(200)),
        );
    },
    'changes one bit of every value': async (was) => {
      for (const [key, fields] of was) await write(key, mapped(fields, flipped));
    },
    'cuts every value short': async (was) => {
      for (const [key, fields] of was)
        await write(
          key,
          mapped(fields, (value) => value.subarray(0, value.length - 1)),
        );
    },
    'empties every value': async (was) => {
      for (const [key, fields] of was)
        await write(
          key,
          mapped(fields, () => Buffer.alloc(0)),
        );
    },
    'gives every field another of its own key': async (was) => {
      for (const [key, fields] of was) {
        const values = Object.values(fields);
        const next = [...values.slice(1), ...values.slice(0, 1)].values();
        await write(
          key,
          mapped(fields, () => next.next().value!),
        );
      }
    },
    'gives every key what another one has': async (was) => {
      const every = [...was.values()];
      for (const [index, key] of [...was.keys()].entries())
        await write(key, every[(index + 1) % every.length]!);
    },
    'says of the refused file what is known of the allowed one': async (was) => {
      for (const [key, fields] of was) {
        const clean = Object.entries(fields).find(([field]) => field.startsWith(allowed.sha256));
        if (clean !== undefined)
          await write(
            key,
            mapped(fields, (value) => (value.length > 100 ? clean[1] : value)),
          );
      }
    },
    'puts something else in place of every hash': async (was) => {
      for (const key of was.keys()) await replicas.redis.ask.set(key, 'something else');
    },
    'puts lists in place of every hash': async (was) => {
      for (const key of was.keys()) {
        await replicas.redis.ask.del(key);
        await replicas.redis.ask.rpush(key, 'a', 'b');
      }
    },
    'takes every turn for ever, and all pages for fresh': async (was) => {
      for (const [key, fields] of was)
        if ('at' in fields) await write(key, { ...fields, at: Buffer.from('9e99') });
      for (const project of ['demo', 'pinned'])
        await replicas.redis.ask.hset(`wg:1:{p:${project}}:turn`, 'owner', 'nobody');
    },
    'takes the heads away from the bodies': async (was) => {
      for (const [key, fields] of was)
        if ('head' in fields) await replicas.redis.ask.hdel(key, 'body');
    },
    'deletes it all': async () => replicas.redis.ask.flushall(),
  };

  for (const [lie, tell] of Object.entries(LIES))
    it(`${lie}: loses no refusal, and completes no wrong byte`, async () => {
      await fill();
      const before = await replicas.add(PINNING);
      await before.get('/simple/demo/');
      await tell(await all());
      await assertRight(await replicas.add(PINNING));
      await assertRight(before);
      await before.restart();
      await assertRight(before);
    });

  it('puts back what was there before: a pin stays what it was, and a page that is old is asked for', async () => {
    await fill();
    const was = await all();
    replicas.upstream.addProject('demo', [refused]);
    replicas.upstream.addProject('pinned', [{ dist: others, hashes: {} }]);
    const gate = await replicas.add(PINNING);
    gate.now += 3_600_000;
    assert.equal((await get(gate, 'demo', allowed)).status, 404);
    for (const [key, fields] of was) await write(key, fields);
    const fresh = await replicas.add({ ...PINNING, now: gate.now });
    assert.equal((await get(fresh, 'demo', allowed)).status, 404);
    assert.equal((await get(fresh, 'demo', refused)).status, 403);
    assert.equal((await get(fresh, 'pinned', others)).status, 403);
  });

  it('takes pins away: what was pinned on a disk holds', async () => {
    await fill();
    const gate = await replicas.add(PINNING);
    assert.equal((await get(gate, 'pinned', pinned)).status, 200);
    await replicas.redis.ask.flushall();
    replicas.upstream.addProject('pinned', [{ dist: others, hashes: {} }]);
    await gate.restart();
    gate.now += 3_600_000;
    // Its filename stands for the first bytes, which are here.
    assert.ok((await get(gate, 'pinned', others)).body.equals(pinned.bytes));
  });

  it('sends news of its own: nobody heeds them', async () => {
    const gate = await replicas.add(PINNING);
    assert.equal((await gate.get('/simple/demo/')).status, 200);
    for (const message of [randomBytes(500), Buffer.from('{}'), Buffer.alloc(0)])
      await replicas.redis.ask.publish('wg:1:projects', message);
    await assertRight(gate);
  });

  it('grows what is known of a project beyond measure: it costs a bounded answer', async () => {
    await fill();
    const { ask } = replicas.redis;
    const keys = (await ask.keys('wg:1:{p:demo}:*')).filter((key) => !key.includes(':page'));
    for (const key of [...keys, 'wg:1:{p:demo}:pins'])
      for (let from = 0; from < 30_000; from += 3_000) {
        const names = Array.from({ length: 3_000 }, (_, at) => `${from + at} x`);
        await ask.hset(key, new Map(names.map((name) => [name, 'x'.repeat(500)])));
      }
    await ask.hset(keys[0]!, 'one', Buffer.alloc(64 * 2 ** 20));
    const sent = async () =>
      Number(/total_net_output_bytes:(\d+)/.exec(await ask.info('stats'))?.[1]);
    const before = await sent();
    const gate = await replicas.add(PINNING);
    await assertRight(gate);
    const bytes = (await sent()) - before;
    assert.ok(bytes < 16 * 2 ** 20, `${bytes} bytes`);
  });
});

function mapped(fields: Readonly<Record<string, Buffer>>, to: (value: Buffer) => Buffer) {
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, to(value)]));
}

function flipped(value: Buffer): Buffer {
  const copy = Buffer.from(value);
  if (copy.length > 0) copy[copy.length >> 1]! ^= 1;
  return copy;
}
