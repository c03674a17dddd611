import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import {
  lastSeen,
  noDecisionsBefore,
  noDecisionsSince,
  REDIS_SILENT,
} from '../../src/messages/decisions.js';
import { buildWheel } from '../support/distributions.js';
import { eventually } from '../support/eventually.js';
import { type FakeS3, startFakeS3 } from '../support/fake-s3.js';
import { ANY, saying } from '../support/messages.js';
import { type RedisServer, redisProgram, startRedis } from '../support/redis-servers.js';
import { S3_CREDENTIALS } from '../support/s3-servers.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const { skip } = redisProgram();
Object.assign(process.env, S3_CREDENTIALS);

const DENY = 'deny: [{ project: demo, reason: "it was stolen" }]';
const wheel = buildWheel({ name: 'demo' });

/** Each with its own disk, index and policy folder, and Redis in common. */
describe('replicas', { skip }, () => {
  let redis: RedisServer;
  let gates: TestGate[];

  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.close());
  beforeEach(async () => {
    await redis.ask.flushall();
    gates = [];
  });
  afterEach(async () => {
    // A test that failed may have left it stopped.
    await redis.start();
    for (const gate of gates) await gate.close();
  });

  async function replica(
    name: string,
    config: Readonly<Record<string, unknown>> = {},
    policy = 'deny: []',
  ): Promise<TestGate> {
    const gate = await startGate({
      now: Date.now(),
      policies: { 'own.yaml': policy },
      config: {
        'redis.url': redis.url,
        'replica.name': name,
        'replica.secret': 'the secret that all replicas have',
        'dashboard.identities': 'shown',
        ...config,
      },
    });
    gates.push(gate);
    gate.upstream.addProject('demo', [wheel]);
    return gate;
  }

  const get = (gate: TestGate) => gate.get(`/files/demo/${wheel.filename}`);
  const json = async (gate: TestGate, path: string) => (await gate.get(path)).json();
  const known = async (gate: TestGate): Promise<string[]> =>
    (await json(gate, '/api/v1/health')).replicas.map(
      ({ name, state }: Record<string, string>) => `${name} ${state}`,
    );
  const revisions = (gate: TestGate) => gate.metric('wheelgate_policy_replicas');

  it('know each other, and show by which policy each goes', async () => {
    const [a, b] = [await replica('a'), await replica('b')];
    await eventually(async () => assert.deepEqual(await known(a), ['a self', 'b present']));
    await eventually(async () => assert.equal((await revisions(a)).length, 1));
    await a.writePolicy('deny.yaml', DENY);
    await eventually(async () => assert.equal((await revisions(b)).length, 2));
    assert.match((await b.get('/policy')).body.toString(), /use different policies/);
    await b.writePolicy('deny.yaml', DENY);
    await eventually(async () => assert.equal((await revisions(a)).length, 1));
    const page = (await a.get('/health')).body.toString();
    assert.match(page, /Replicas that share this cache/);
    await b.gate.close();
    await eventually(async () => assert.deepEqual(await known(a), ['a self']));
    gates = [a];
    await b.upstream.close();
  });

  it('tell nothing of each other without a secret', async () => {
    const gate = await replica('a', { 'replica.secret': undefined });
    assert.equal((await json(gate, '/api/v1/health')).replicas, undefined);
    assert.equal((await get(gate)).status, 200);
    assert.equal(await redis.ask.exists('wg:1:replicas', 'wg:1:decisions'), 0);
  });

  it('count, show and find what any of them has decided', async () => {
    const [a, b] = [await replica('a', {}, DENY), await replica('b')];
    assert.equal((await get(a)).status, 403);
    assert.equal((await get(b)).status, 200);
    for (const gate of [a, b])
      await eventually(async () => {
        const { totals, missing } = await json(gate, '/api/v1/overview');
        assert.deepEqual([totals.requests, totals.refused, missing], [2, 1, []]);
      });
    const [group] = (await json(b, '/api/v1/refusals')).items;
    assert.equal((await json(b, `/api/v1/refusals/${group.id}`)).replica, 'a');
    const { requests, gaps } = await json(a, '/api/v1/exposure?project=demo&refused=1');
    assert.deepEqual(requests.map(({ delivery }: { delivery: string }) => delivery).sort(), [
      'refused',
      'whole',
    ]);
    // Of what b has decided before, nothing is kept where a could find it.
    assert.match(gaps.join(), saying(noDecisionsBefore('b', ANY)));
    assert.equal((await a.decisions())[0]?.replica, 'a');
  });

  it('go on counting and finding over restarts, each decision once', async () => {
    const [a, b] = [await replica('a'), await replica('b')];
    const counted = async (gate: TestGate) =>
      (await json(gate, '/api/v1/overview')).totals.requests as number;
    await get(a);
    await get(b);
    await eventually(async () => assert.equal(await counted(a), 2));
    await a.restart(async () => {
      await get(b);
    });
    await get(a);
    await eventually(async () => assert.equal(await counted(a), 4));
    await eventually(async () => assert.equal(await counted(b), 4));
    const { requests } = await json(a, '/api/v1/exposure?project=demo');
    assert.equal(requests.length, 4);
  });

  it('serve, refuse and write down alone while Redis is away', async () => {
    const a = await replica('a', {}, DENY);
    const b = await replica('b');
    await eventually(async () => assert.equal((await known(a)).length, 2));
    await redis.stop();
    assert.equal((await get(a)).status, 403);
    assert.equal((await get(b)).status, 200);
    await eventually(async () => {
      const ready = await b.get('/readyz');
      assert.equal(ready.status, 200);
      assert.equal(ready.json().parts.redis.state, 'degraded');
    });
    const { totals } = await json(b, '/api/v1/overview');
    assert.equal(totals.requests, 1);
    const alone = await replica('c');
    assert.equal((await get(alone)).status, 200);
    await redis.start();
    for (const gate of gates)
      await eventually(async () => {
        // By their clocks they leave a server alone that has failed.
        for (const one of gates) one.now += 10_000;
        assert.equal((await json(gate, '/api/v1/overview')).totals.requests, 3);
      });
  });

  /** Their clocks go on: they leave a server alone that has failed, and ask it again only later. */
  const goOn = () => {
    for (const gate of gates) gate.now = Date.now();
  };
  const missing = async (gate: TestGate): Promise<string[]> =>
    (await json(gate, '/api/v1/overview')).missing
      .map(({ replica = 'any', why }: Record<string, string>) => `${replica} ${why}`)
      .sort();

  it('name at once what they do not hear while Redis is away, until it is known to be whole', async () => {
    const [a, b, c] = [await replica('a'), await replica('b'), await replica('c')];
    for (const gate of [a, b, c]) assert.equal((await get(gate)).status, 200);
    for (const gate of gates)
      await eventually(async () => {
        assert.equal((await known(gate)).filter((one) => one.endsWith('present')).length, 2);
        assert.equal((await json(gate, '/api/v1/overview')).totals.requests, 3);
        assert.deepEqual(await missing(gate), []);
      });
    await redis.stop();
    for (const gate of [a, b, c]) assert.equal((await get(gate)).status, 200);
    await eventually(async () =>
      assert.deepEqual(await missing(a), ['any redis', 'b redis', 'c redis']),
    );
    const exposure = await json(a, '/api/v1/exposure?project=demo');
    assert.equal(exposure.incomplete, true);
    for (const said of [
      saying(noDecisionsSince('b', ANY, lastSeen(REDIS_SILENT, ANY))),
      /^any other/m,
    ])
      assert.match(exposure.gaps.join('\n'), said);
    const page = (await a.get('/')).body.toString();
    assert.match(page, /Redis has not responded since .* decisions of b \(last seen/);

    // Who was known stays known, and is not taken for being there.
    await eventually(async () => {
      goOn();
      assert.deepEqual(await known(a), ['a self', 'b last-known', 'c last-known']);
    });
    await eventually(async () => {
      const { replicasAsOf, parts, status } = await json(a, '/api/v1/health');
      assert.ok(Date.parse(replicasAsOf) > 0);
      assert.equal(status, 'degraded');
      assert.match(parts.replicas.detail, /^Redis has not responded since .*; last known: b, c/);
      const counts = await a.metric('wheelgate_replicas');
      assert.deepEqual(counts.sort(), [
        'wheelgate_replicas{state="last-known"} 2',
        'wheelgate_replicas{state="present"} 1',
        'wheelgate_replicas{state="silent"} 0',
      ]);
    });
    assert.match((await a.get('/health')).body.toString(), /last known/);

    await redis.start();
    await eventually(async () => {
      goOn();
      assert.equal((await json(a, '/api/v1/overview')).totals.requests, 6);
      assert.deepEqual(await missing(a), []);
      assert.deepEqual(await known(a), ['a self', 'b present', 'c present']);
      const { replicasAsOf: asOf, parts: all } = await json(a, '/api/v1/health');
      assert.deepEqual([asOf, all.replicas.state], [undefined, 'ok']);
    });
  });

  it('name one that ends while Redis is away, and what it has decided since, until it says so itself', async () => {
    const [a, b] = [await replica('a'), await replica('b')];
    for (const gate of [a, b]) assert.equal((await get(gate)).status, 200);
    await eventually(async () => {
      assert.deepEqual(await known(a), ['a self', 'b present']);
      assert.equal((await json(a, '/api/v1/overview')).totals.requests, 2);
    });
    await redis.stop();
    assert.equal((await get(b)).status, 200);
    await b.gate.close();
    gates = [a];
    await redis.start();
    await eventually(async () => {
      goOn();
      assert.deepEqual(
        (await missing(a)).filter((one) => one.startsWith('any')),
        [],
      );
      assert.match((await missing(a)).join(), /^b (late|silent)$/);
    });
    await b.upstream.close();
  });

  it('go by one policy where they share it, over restarts, until one of them is edited', async () => {
    const sharing = { 'replica.share-policy': true };
    const [a, b] = [await replica('a', sharing), await replica('b', sharing)];
    assert.equal((await get(b)).status, 200);
    await a.writePolicy('deny.yaml', DENY);
    await eventually(async () => assert.equal((await get(b)).status, 403));
    await b.restart();
    assert.equal((await get(b)).status, 403);
    assert.equal((await json(b, '/readyz')).parts['shared-policy'].state, 'ok');
    await b.writePolicy('own.yaml', 'deny: [{ project: other, reason: "not here" }]');
    await eventually(async () => assert.equal((await get(a)).status, 200));
    await eventually(async () => assert.equal((await revisions(a)).length, 1));
  });

  describe('with a bucket', () => {
    let s3: FakeS3;
    beforeEach(async () => {
      s3 = await startFakeS3();
    });
    afterEach(() => s3.close());
    const shared = () => ({ 's3.bucket': 'wheels', 's3.endpoint': s3.url, 's3.prefix': 'pypi' });

    it('find there what those have decided that have ended, and nothing is missing', async () => {
      const a = await replica('a', shared());
      await get(a);
      await a.close();
      gates = [];
      assert.ok([...s3.objects.keys()].some((key) => key.startsWith('pypi/decisions/')));
      await redis.ask.flushall();
      const b = await replica('b', shared());
      await eventually(async () => {
        const { requests, gaps } = await json(b, '/api/v1/exposure?project=demo');
        assert.deepEqual([requests.length, gaps], [1, []]);
      });
      s3.fault = { kind: 'error', status: 503, code: 'SlowDown' };
      const without = await json(b, '/api/v1/exposure?project=demo');
      assert.equal(without.incomplete, true);
      s3.fault = undefined;
    });
  });
});
