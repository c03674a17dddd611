import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { redisProgram } from '../support/redis-servers.js';
import { type Replicas, startReplicas, waitForRedis } from '../support/replicas.js';
import { until } from '../support/until.js';
import type { TestGate } from '../support/wheelgate.js';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const { skip } = redisProgram();
waitForRedis();
/** Longer than a page is used without asking, in milliseconds. */
const LATER = 3_600_000;
const PAGE = '/simple/demo/';

const first = buildWheel({ name: 'demo' });
const second = buildWheel({ name: 'demo', version: '2.0' });

describe('the page of a project', { skip }, () => {
  let replicas: Replicas;

  beforeEach(async () => {
    replicas = await startReplicas();
    replicas.upstream.addProject('demo', [first]);
  });
  afterEach(() => replicas.close());

  const get = (gate: TestGate) => gate.get(PAGE, { accept: JSON_TYPE });
  const files = async (gate: TestGate): Promise<string[]> =>
    (await get(gate)).json().files.map((file: any) => file.filename);
  const requests = () => replicas.upstream.requests(PAGE);
  const inRedis = (field: string) => async () => (await fieldsOf('page')).includes(field);
  async function fieldsOf(what: string): Promise<string[]> {
    const [key] = await replicas.redis.ask.keys(`wg:1:{p:demo}:${what}*`);
    return key === undefined ? [] : replicas.redis.ask.hkeys(key);
  }
  const headOf = async (): Promise<string | null> => {
    const [key] = await replicas.redis.ask.keys('wg:1:{p:demo}:page*');
    return key === undefined ? null : replicas.redis.ask.hget(key, 'at');
  };

  it('that one has fetched is not asked for by another, nor by it when it starts anew', async () => {
    const [a, b] = [await replicas.add(), await replicas.add()];
    assert.deepEqual(await files(a), [first.filename]);
    await until(inRedis('body'));
    assert.deepEqual(await files(b), [first.filename]);
    assert.equal(requests(), 1);
    await b.restart();
    assert.deepEqual(await files(b), [first.filename]);
    assert.equal(requests(), 1);
  });

  it('is asked for once by those that ask together', async () => {
    const [a, b] = [await replicas.add(), await replicas.add()];
    // Who waits does so for half a second, which may be over soon on a loaded machine.
    for (let number = 0, asked = 0; asked !== 1; number += 1) {
      const name = `demo${number}`;
      const path = `/simple/${name}/`;
      const turn = `wg:1:{p:${name}}:turn`;
      const has = async (field: string) => (await replicas.redis.ask.hexists(turn, field)) === 1;
      replicas.upstream.addProject(name, [first]);
      replicas.upstream.fault(path, { kind: 'stall', after: 10 }, 1);
      const atA = a.get(path);
      await until(() => has('owner'));
      const atB = b.get(path);
      await until(() => has('wanted'));
      replicas.upstream.release();
      for (const { status } of await Promise.all([atA, atB])) assert.equal(status, 200);
      asked = replicas.upstream.requests(path);
    }
  });

  it('is asked for by each where whoever began first takes too long', async () => {
    const [a, b] = [await replicas.add(), await replicas.add()];
    replicas.upstream.fault(PAGE, { kind: 'stall', after: 10 }, 1);
    const atA = files(a);
    await until(async () => (await fieldsOf('turn')).includes('owner'));
    assert.deepEqual(await files(b), [first.filename]);
    replicas.upstream.release();
    assert.deepEqual(await atA, [first.filename]);
    assert.equal(requests(), 2);
  });

  it('is asked at once by the next where it turns out that there is none', async () => {
    const [a, b] = [await replicas.add(), await replicas.add()];
    replicas.upstream.fault(PAGE, { kind: 'late-status', status: 404 }, 1);
    const atA = get(a);
    await until(async () => (await fieldsOf('turn')).includes('owner'));
    const atB = files(b);
    await until(async () => (await fieldsOf('turn')).includes('wanted'));
    replicas.upstream.release();
    assert.equal((await atA).status, 404);
    assert.deepEqual(await atB, [first.filename]);
  });

  it('is asked for again by one, where it may be another by now, and is current for all', async () => {
    const [a, b] = [await replicas.add(), await replicas.add()];
    await files(a);
    await until(inRedis('body'));
    await files(b);
    for (const gate of [a, b]) gate.now += LATER;
    await files(a);
    await until(async () => (await headOf()) === String(a.now));
    assert.deepEqual(await files(b), [first.filename]);
    assert.equal(requests(), 2);
  });

  it('that is another is so for all at once, also where the one before was ready', async () => {
    const [a, b] = [await replicas.add(), await replicas.add()];
    await files(a);
    await until(inRedis('body'));
    await files(b);
    replicas.upstream.addProject('demo', [first, second]);
    // The other one need not ask yet.
    a.now += 61_000;
    b.now += 59_000;
    await files(a);
    await until(async () => (await files(b)).length === 2);
    assert.equal(requests(), 2);
  });

  it('is served while the index is down, by a replica that never saw it', async () => {
    const [a, b] = [await replicas.add(), await replicas.add()];
    await files(a);
    await until(inRedis('body'));
    replicas.upstream.fault(PAGE, { kind: 'drop' });
    b.now += LATER;
    assert.deepEqual(await files(b), [first.filename]);
    assert.ok(requests() > 1);
  });

  it('is nowhere once the index says that there is none', async () => {
    const [a, b] = [await replicas.add(), await replicas.add()];
    await files(a);
    await until(inRedis('body'));
    replicas.upstream.removeProject('demo');
    a.now += LATER;
    assert.equal((await get(a)).status, 404);
    await until(async () => (await headOf()) === null);
    replicas.upstream.fault(PAGE, { kind: 'drop' });
    assert.notEqual((await get(b)).status, 200);
  });

  it('that comes from a time to come is not believed, and one from some seconds ahead is', async () => {
    const a = await replicas.add();
    await files(a);
    await until(inRedis('body'));
    for (const [ahead, asked] of [
      [4_000, 1],
      [10_000, 2],
    ] as const) {
      const b = await replicas.add({ now: a.now - ahead });
      assert.deepEqual(await files(b), [first.filename]);
      assert.equal(requests(), asked, `${ahead} ms`);
    }
  });

  it('is given to a Redis that has lost it by the next that asks whether it is current', async () => {
    const a = await replicas.add();
    await files(a);
    await until(inRedis('body'));
    await replicas.redis.ask.flushall();
    a.now += LATER;
    await files(a);
    await until(inRedis('body'));
    const b = await replicas.add({ now: a.now });
    assert.deepEqual(await files(b), [first.filename]);
    assert.equal(requests(), 2);
  });

  it('that is too long is shared by nobody, and served by each', async () => {
    const [a, b] = [await replicas.add(), await replicas.add()];
    // Packed as well as can be, it has more than 2 MiB.
    const many = Array.from({ length: 30 }, (_, major) => ({
      dist: buildWheel({ name: 'demo', version: `${major}` }),
      extra: { noise: randomBytes(100_000).toString('base64') },
    }));
    replicas.upstream.addProject('demo', many);
    assert.equal((await files(a)).length, 30);
    await until(async () => (await fieldsOf('turn')).length === 0);
    assert.deepEqual(await fieldsOf('page'), []);
    assert.equal((await files(b)).length, 30);
    assert.equal(requests(), 2);
  });
});
