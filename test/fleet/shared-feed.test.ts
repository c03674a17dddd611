import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { eventually } from '../support/eventually.js';
import { Mirror, osv } from '../support/osv-mirror.js';
import { type RedisServer, redisProgram } from '../support/redis-servers.js';
import { type Replicas, startReplicas } from '../support/replicas.js';
import type { TestGate } from '../support/wheelgate.js';

const { skip } = redisProgram();
const HOUR = 3_600_000;
const [fine, bad, worse] = ['1.0', '1.1', '1.2'].map((version) =>
  buildWheel({ name: 'demo', version }),
);

/** What may be wrong with Redis, before a feed is synced. */
const FAULTS: Readonly<Record<string, (redis: RedisServer) => unknown>> = {
  'is gone': (redis) => redis.stop(),
  'says nothing any more': (redis) => redis.pause(),
  'takes nothing any more': (redis) => redis.ask.call('REPLICAOF', '127.0.0.1', '1'),
  'has no memory left': (redis) => redis.ask.config('SET', 'maxmemory', '1'),
};

describe('the malware feed of replicas', { skip }, () => {
  let replicas: Replicas;
  let mirror: Mirror;

  beforeEach(async () => {
    [replicas, mirror] = [await startReplicas(), new Mirror()];
    await mirror.start();
    mirror.put(osv('MAL-1', 'demo', { versions: ['1.1'] }), '2026-10-01T00:00:00Z');
    replicas.upstream.addProject('demo', [fine!, bad!, worse!]);
  });
  afterEach(async () => {
    replicas.redis.resume();
    await replicas.close();
    mirror.stop();
  });

  const add = (name: string) =>
    replicas.add({
      config: { 'feed.url': mirror.url, 'feed.interval': '1h', 'replica.name': name },
    });
  const status = async (gate: TestGate, { filename }: { filename: string }) =>
    (await gate.get(`/files/demo/${filename}`)).status;
  const statuses = async (gate: TestGate) => [
    await status(gate, fine!),
    await status(gate, bad!),
    await status(gate, worse!),
  ];
  const value = async (gate: TestGate, name: string) =>
    (await gate.metric(name)).map((line) => Number(line.split(' ').at(-1)));
  const transfers = () => mirror.asked.filter((path) => path === 'modified_id.csv').length;

  it('is fetched once for all of them, refuses the same at each, and tells how old it is', async () => {
    const gates = [await add('a'), await add('b'), await add('c')];
    await Promise.all(gates.map((gate) => gate.gate.feed!.sync()));
    assert.equal(transfers(), 1);
    for (const gate of gates) assert.deepEqual(await statuses(gate), [200, 403, 200]);
    const from = await Promise.all(
      ['source', 'replica'].map(async (one) => {
        const each = gates.map((gate) => value(gate, `wheelgate_feed_syncs_total{from="${one}"}`));
        return (await Promise.all(each)).flat().reduce((sum, count) => sum + count, 0);
      }),
    );
    assert.deepEqual(from, [1, 2]);

    // Nobody but one of them asks for what is new.
    for (const gate of gates) gate.now += HOUR;
    for (const gate of gates)
      assert.deepEqual(await value(gate, 'wheelgate_feed_age_seconds'), [3_600]);
    mirror.put(osv('MAL-2', 'demo', { versions: ['1.2'] }), '2026-10-02T00:00:00Z');
    await gates[1]!.gate.feed!.sync();
    for (const gate of gates) {
      await eventually(async () => assert.deepEqual(await statuses(gate), [200, 403, 403]));
      assert.deepEqual(await value(gate, 'wheelgate_feed_age_seconds'), [0]);
      assert.deepEqual(await value(gate, 'wheelgate_feed_records'), [2]);
      const { state } = (await gate.get('/api/v1/overview')).json();
      assert.equal(state.feed, new Date(gate.now).toISOString());
    }
    assert.equal(transfers(), 2);
    // One that starts then has it before it asks anybody.
    const late = await add('d');
    late.now += HOUR;
    await late.gate.feed!.sync();
    assert.deepEqual(await statuses(late), [200, 403, 403]);
    assert.equal(transfers(), 2);
  });

  for (const [fault, happens] of Object.entries(FAULTS))
    it(`is fetched by each of them where Redis ${fault}`, async () => {
      const gates = [await add('a'), await add('b')];
      await happens(replicas.redis);
      await Promise.all(gates.map((gate) => gate.gate.feed!.sync()));
      for (const gate of gates) {
        assert.deepEqual(await statuses(gate), [200, 403, 200]);
        assert.equal((await gate.get('/readyz')).status, 200);
        const { parts } = (await gate.get('/readyz')).json();
        assert.equal(parts['malware-feed'].state, 'ok');
      }
      assert.equal(transfers(), 2);
    });
});
