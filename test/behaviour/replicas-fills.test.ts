import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { nameOfFill } from '../../src/replicas/fills/lease-store.js';
import { startLine } from '../support/cut-line.js';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { type FakeUpstream, packagePath, startFakeUpstream } from '../support/fake-upstream.js';
import {
  FULL,
  GONE,
  HANGING,
  type Harm,
  OTHER_PASSWORD,
  READ_ONLY,
} from '../support/redis-harms.js';
import { type RedisServer, redisProgram, startRedis } from '../support/redis-servers.js';
import { replicaSettings } from '../support/replica-settings.js';
import { until } from '../support/until.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const { skip } = redisProgram();
/** What is large here flows before its verdict. */
const STREAMING = {
  'gate.hold-bytes': '200KB',
  'gate.hold-time': '10m',
  'gate.last-block': '100KB',
};

describe('an artifact that is asked for at three replicas', { skip }, () => {
  let redis: RedisServer;
  let upstream: FakeUpstream;
  let gates: TestGate[];

  before(async () => {
    redis = await startRedis();
    upstream = await startFakeUpstream();
  });
  after(async () => {
    await upstream.close();
    await redis.close();
  });
  beforeEach(() => {
    gates = [];
  });
  afterEach(async () => {
    upstream.release();
    for (const gate of gates) await gate.close();
    await redis.ask.flushall();
  });

  async function start(
    more: {
      readonly config?: Readonly<Record<string, unknown>>;
      readonly policies?: Readonly<Record<string, string>>;
    } = {},
  ) {
    const upstreams = [{ name: 'fake', url: upstream.url }];
    const settings = await replicaSettings(`replica-${gates.length + 1}`, redis);
    const gate = await startGate({
      policies: { 'none.yaml': 'deny: []', ...more.policies },
      config: { ...settings, ...STREAMING, upstreams, ...more.config },
    });
    gates.push(gate);
    return Object.assign(gate, { settings });
  }

  let count = 0;
  /** Lists a wheel of its own project. */
  function listed(files: Readonly<Record<string, Buffer | string>>) {
    count += 1;
    const name = `demo${count}`;
    const dist = buildWheel({ name, files });
    upstream.addProject(name, [dist]);
    return { dist, path: `/files/${name}/${dist.filename}`, at: packagePath(name, dist.filename) };
  }

  const large = () => listed({ 'x/data.bin': randomBytes(3_000_000) });
  const isWhole = (
    { status, body, complete }: Awaited<ReturnType<TestGate['get']>>,
    dist: Distribution,
  ) => status === 200 && complete && body.equals(dist.bytes);

  async function fills(gate: TestGate, lease: string): Promise<number> {
    const [line = ' 0'] = await gate.metric(`wheelgate_fills_total{lease="${lease}"}`);
    return Number(line.slice(line.lastIndexOf(' ')));
  }

  /**
   * How many have fetched for themselves: one, and whoever has heard nothing of Redis in time, as happens on a machine that is
   * busy with other tests. The others have followed.
   */
  async function fetching(replicas: readonly TestGate[]): Promise<number> {
    const count = async (lease: string) => {
      const each = await Promise.all(replicas.map((gate) => fills(gate, lease)));
      return each.reduce((sum, one) => sum + one, 0);
    };
    const [ours, theirs, none] = [await count('ours'), await count('theirs'), await count('none')];
    assert.equal(ours + theirs + none, replicas.length);
    assert.ok(ours === 1 && (theirs > 0 || none > 0), `${ours} ours, ${theirs} theirs`);
    return ours + none;
  }

  const three = async () => [await start(), await start(), await start()];

  for (const [what, make] of Object.entries({
    'a small one': () => listed({ 'x/a.py': 'print(1)\n' }),
    'one that streams': large,
  }))
    it(`is sent by the index once for all of their clients: ${what}`, async () => {
      const replicas = await three();
      const { dist, path, at } = make();
      const asked = replicas.flatMap((gate) => [1, 2, 3, 4].map(() => gate.get(path)));
      for (const answer of await Promise.all(asked)) assert.ok(isWhole(answer, dist));
      assert.equal(upstream.requests(at), await fetching(replicas));
      // Each has it by now.
      for (const gate of replicas) assert.ok(isWhole(await gate.get(path), dist));
      assert.equal(upstream.requests(at), await fetching(replicas));
    });

  it('is inspected by one of them', async () => {
    const replicas = await three();
    const { path } = large();
    await Promise.all(replicas.map((gate) => gate.get(path)));
    const inspected = await Promise.all(
      replicas.map(async (gate) => {
        const [line = ' 0'] = await gate.metric('wheelgate_inspection_duration_seconds_count');
        return Number(line.slice(line.lastIndexOf(' ')));
      }),
    );
    assert.equal(
      inspected.reduce((sum, one) => sum + one, 0),
      await fetching(replicas),
    );
  });

  it('begins to flow at all of them while it comes in at one', async () => {
    const replicas = await three();
    const { dist, path, at } = large();
    upstream.fault(at, { kind: 'stall', after: 1_000_000 });
    const answers = replicas.map((gate) => gate.get(path));
    const begun = async (gate: TestGate) => {
      const [line = ' 0'] = await gate.metric('wheelgate_first_byte_seconds_count{cache="miss"}');
      return line.endsWith(' 1');
    };
    for (const gate of replicas) await until(() => begun(gate));
    upstream.release();
    for (const answer of await Promise.all(answers)) assert.ok(isWhole(answer, dist));
    assert.equal(upstream.requests(at), await fetching(replicas));
  });

  for (const [what, size] of Object.entries({ small: 10, large: 2_000_000 }))
    it(`is refused at all of them where it carries a hook, and sent once: a ${what} one`, async () => {
      const replicas = await three();
      const { dist, path, at } = listed({
        'x/data.bin': randomBytes(size),
        'bad.pth': 'import os\n',
      });
      const answers = await Promise.all(replicas.map((gate) => gate.get(path)));
      for (const { status, complete, body } of answers) {
        if (status === 403) continue;
        assert.ok(size > 1_000 && !complete && body.length <= dist.bytes.length - 100_000);
      }
      for (const gate of replicas) assert.equal((await gate.get(path)).status, 403);
      assert.equal(upstream.requests(at), await fetching(replicas));
    });

  it('is judged by each of them by its own policy', async () => {
    const member = 'print("denied")\n';
    const digest = createHash('sha256').update(member).digest('hex');
    const policies = { 'no.yaml': `deny: [{ sha256: ${digest}, reason: no }]` };
    const [lax, strict] = [await start(), await start({ policies })];
    const { dist, path, at } = listed({ 'x/a.py': member });
    const [one, two] = await Promise.all([lax.get(path), strict.get(path)]);
    assert.ok(isWhole(one, dist));
    assert.equal(two.status, 403);
    assert.equal(upstream.requests(at), await fetching([lax, strict]));
  });

  it('is inspected by each of them where they go by other settings', async () => {
    const [one, two] = [await start(), await start({ config: { 'inspection.members': 3 } })];
    const { path, at } = listed({ 'x/a.py': 'print(1)\n', 'x/b.py': 'print(2)\n' });
    const answers = await Promise.all([one.get(path), two.get(path)]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 403],
    );
    assert.equal(upstream.requests(at), await fetching([one, two]));
  });

  it('is a failure at all of them where the index does not have it, and asked for again by the next request', async () => {
    const replicas = await three();
    const { dist, path, at } = large();
    upstream.fault(at, { kind: 'late-status', status: 404 });
    const asked = replicas.map((gate) => gate.get(path));
    for (const gate of replicas)
      await until(async () => (await fills(gate, 'ours')) + (await fills(gate, 'theirs')) === 1);
    upstream.release();
    for (const { status } of await Promise.all(asked)) assert.equal(status, 404);
    assert.equal(upstream.requests(at), await fetching(replicas));
    upstream.fault(at, undefined);
    for (const gate of replicas) assert.ok(isWhole(await gate.get(path), dist));
  });

  /** What may be wrong with Redis, and how it ends. */
  const FAULTS: Readonly<Record<string, Harm>> = {
    'is gone': GONE,
    'says nothing any more': HANGING,
    'takes nothing any more': READ_ONLY,
    'has no memory left': FULL,
    'knows the password no more': OTHER_PASSWORD,
  };
  for (const [fault, { harm, mend }] of Object.entries(FAULTS))
    it(`is fetched by each of them where Redis ${fault}`, async () => {
      const replicas = await three();
      await harm(redis);
      try {
        const { dist, path, at } = large();
        const answers = await Promise.all(replicas.map((gate) => gate.get(path)));
        for (const answer of answers) assert.ok(isWhole(answer, dist));
        assert.equal(upstream.requests(at), 3);
        for (const gate of replicas) assert.equal(await fills(gate, 'none'), 1);
      } finally {
        await mend(redis);
      }
    });

  it('is fetched by each of two that ask different primaries, and whole at both', async () => {
    const other = await startRedis();
    try {
      const [one, two] = [await start(), await start({ config: { 'redis.url': other.url } })];
      const { dist, path, at } = large();
      const answers = await Promise.all([one, two].map((gate) => gate.get(path)));
      for (const answer of answers) assert.ok(isWhole(answer, dist));
      assert.equal(upstream.requests(at), 2);
    } finally {
      await other.close();
    }
  });

  it('is fetched again where Redis forgets who is at it, and whole everywhere', async () => {
    const [one, two] = [await start(), await start()];
    const { dist, path, at } = large();
    upstream.fault(at, { kind: 'stall', after: 1_000_000 });
    const first = one.get(path);
    await until(() => upstream.requests(at) === 1);
    await redis.ask.flushall();
    const second = two.get(path);
    await until(() => upstream.requests(at) === 2);
    upstream.release();
    for (const answer of await Promise.all([first, second])) assert.ok(isWhole(answer, dist));
  });

  it('is fetched by one that does not hear the one that has the lease, and once for its clients', async () => {
    const line = await startLine();
    const one = await start({ config: { 'replica.url': line.url } });
    line.to(Number(new URL(`http://${one.settings['replica.listen']}`).port));
    const two = await start();
    const { dist, path, at } = large();
    upstream.fault(at, { kind: 'stall', after: 1_500_000, ranges: true });
    const first = one.get(path);
    await until(() => upstream.requests(at) === 1);
    const others = [two.get(path), two.get(path)];
    await until(async () => (await fills(two, 'theirs')) === 1);
    await until(() => line.passed > 1_000_000);
    // Whoever asks from now on gets all that he asks for.
    upstream.fault(at, { kind: 'break', after: dist.bytes.length });
    line.cut();
    for (const answer of await Promise.all(others)) assert.ok(isWhole(answer, dist));
    assert.equal(upstream.requests(at), 2);
    assert.match(upstream.lastHeaders(at)?.range ?? '', /^bytes=\d+-$/);
    // Where the other one is just about to renew its lease, it is taken from it.
    assert.equal((await fills(two, 'none')) + (await fills(two, 'ours')), 1);
    upstream.release();
    assert.ok(isWhole(await first, dist));
    await line.close();
  });

  for (const [what, url] of Object.entries({
    'a host that is no replica': 'http://192.0.2.1:8081/',
    'no URL': 'nowhere',
  }))
    it(`is fetched at once where a lease in Redis that no replica has signed names ${what}`, async () => {
      const gate = await start();
      const { dist, path } = large();
      const name = nameOfFill(`demo${count}/${dist.filename}/${dist.sha256}`);
      await redis.ask.hset(`wg:1:{f:${name}}:lease`, { owner: 'somebody', fence: '7', url });
      assert.ok(isWhole(await gate.get(path), dist));
      assert.equal(await fills(gate, 'ours'), 1);
    });
});
