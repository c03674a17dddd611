import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { type FakeS3, type S3Fault, startFakeS3 } from '../support/fake-s3.js';
import { packagePath } from '../support/fake-upstream.js';
import { S3_CREDENTIALS } from '../support/s3-servers.js';
import { until } from '../support/until.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

Object.assign(process.env, S3_CREDENTIALS);

const MIB = 2 ** 20;
const small = buildWheel({ name: 'demo', files: { 'demo/x.bin': randomBytes(300_000) } });
const long = buildWheel({ name: 'demo', files: { 'demo/x.bin': randomBytes(20 * MIB) } });

/** Each as a machine of its own: with its own disk and index, and the store in common. */
describe('artifacts that machines share in a bucket', () => {
  let s3: FakeS3;
  let gates: TestGate[];

  beforeEach(async () => {
    s3 = await startFakeS3();
    gates = [];
  });
  afterEach(async () => {
    s3.fault = undefined;
    for (const gate of gates) await gate.close();
    await s3.close();
  });

  async function machine(
    dist: Distribution,
    { policies = {}, config = {} }: { policies?: Record<string, string>; config?: object } = {},
  ): Promise<TestGate> {
    const gate = await startGate({
      policies: { 'none.yaml': 'deny: []', ...policies },
      config: {
        's3.bucket': 'wheels',
        's3.endpoint': s3.url,
        's3.prefix': 'pypi',
        ...config,
      },
    });
    gates.push(gate);
    gate.upstream.addProject('demo', [dist]);
    return gate;
  }

  const get = (gate: TestGate, { filename }: Distribution) => gate.get(`/files/demo/${filename}`);
  const asked = (gate: TestGate, { filename }: Distribution) =>
    gate.upstream.requests(packagePath('demo', filename));
  const keyOf = ({ sha256 }: Distribution) => `pypi/blobs/${sha256.slice(0, 2)}/${sha256}`;

  /** Has one machine fetch it, and put it there. */
  async function share(dist: Distribution): Promise<TestGate> {
    const gate = await machine(dist);
    assert.ok((await get(gate, dist)).body.equals(dist.bytes));
    await until(() => s3.objects.has(keyOf(dist)));
    assert.ok(s3.objects.get(keyOf(dist))?.equals(dist.bytes));
    return gate;
  }

  for (const [what, dist] of Object.entries({ small, long }))
    it(`are fetched from the index once for all machines: ${what}`, async () => {
      await share(dist);
      const other = await machine(dist);
      const answer = await get(other, dist);
      assert.ok(answer.complete && answer.body.equals(dist.bytes));
      assert.equal(asked(other, dist), 0);
      const [record] = await other.decisions();
      assert.equal(record?.verdict, 'allow');
      assert.deepEqual(s3.uploads.size, 0);
    });

  it('are judged by each machine by its own policy', async () => {
    await share(small);
    const strict = await machine(small, {
      policies: { 'deny.yaml': 'deny: [{ project: demo, reason: no }]' },
    });
    assert.equal((await get(strict, small)).status, 403);
    // Also where only the bytes tell.
    const hooked = buildWheel({ name: 'demo', files: { 'demo.pth': 'import os\n' } });
    s3.objects.set(keyOf(hooked), hooked.bytes);
    const other = await machine(hooked);
    assert.equal((await get(other, hooked)).status, 403);
    assert.equal(asked(other, hooked), 0);
  });

  for (const size of [1_000, 20 * MIB])
    it(`are not there where they are refused, nor in parts: ${size} bytes`, async () => {
      const files = { 'demo/x.bin': randomBytes(size), 'demo.pth': 'import os\n' };
      const hooked = buildWheel({ name: 'demo', files });
      const gate = await machine(hooked);
      assert.equal((await get(gate, hooked)).status, 403);
      await gate.gate.close();
      assert.deepEqual([s3.objects.size, s3.uploads.size], [0, 0]);
    });

  it('are not there where the index has sent something else', async () => {
    const gate = await machine(long);
    const path = packagePath('demo', long.filename);
    gate.upstream.fault(path, { kind: 'corrupt', at: 1_000 });
    assert.equal((await get(gate, long)).status, 502);
    await gate.gate.close();
    assert.deepEqual([s3.objects.size, s3.uploads.size], [0, 0]);
  });

  it('are asked of the store by nobody who has them', async () => {
    const gate = await share(small);
    const before = s3.requests('GET');
    for (let time = 0; time < 3; time += 1) assert.equal((await get(gate, small)).status, 200);
    assert.equal(s3.requests('GET'), before);
  });

  const FAULTS: readonly S3Fault[] = [
    { kind: 'drop' },
    { kind: 'error', status: 403, code: 'AccessDenied' },
    { kind: 'error', status: 500, code: 'InternalError' },
    { kind: 'error', status: 503, code: 'SlowDown' },
    { kind: 'error-in-200' },
    { kind: 'truncate', method: 'GET' },
    { kind: 'shorten', method: 'GET' },
    { kind: 'other-bytes', method: 'GET' },
    { kind: 'lie', length: 1_000, method: 'GET' },
    { kind: 'lie', length: 10 ** 13, method: 'GET' },
    { kind: 'lie', length: 40 * MIB, method: 'GET' },
    { kind: 'error', status: 507, code: 'InsufficientStorage', method: 'PUT' },
    { kind: 'error', status: 503, code: 'SlowDown', method: 'POST' },
  ];
  for (const fault of FAULTS)
    for (const [what, dist] of Object.entries({ small, long }))
      it(`come from the index where the store fails: ${JSON.stringify(fault)}, ${what}`, async () => {
        await share(dist);
        s3.fault = fault;
        const other = await machine(dist);
        for (const time of ['at first', 'again']) {
          const answer = await get(other, dist);
          assert.ok(answer.complete && answer.body.equals(dist.bytes), `${time}: ${answer.phrase}`);
        }
        // Where reading is not what fails the store has given it.
        assert.equal(asked(other, dist), (fault.method ?? 'GET') === 'GET' ? 1 : 0);
      });

  it('are not looked for there where the index does not say how long they are', async () => {
    await share(small);
    const other = await machine(small);
    other.upstream.htmlOnly = true;
    const before = s3.requests('GET');
    assert.ok((await get(other, small)).complete);
    assert.deepEqual([s3.requests('GET') - before, asked(other, small)], [0, 1]);
  });

  it('never complete with other bytes where the store has them, however long they are', async () => {
    const longest = buildWheel({ name: 'demo', files: { 'demo/x.bin': randomBytes(40 * MIB) } });
    s3.objects.set(keyOf(longest), Buffer.concat([randomBytes(longest.bytes.length)]));
    const gate = await machine(longest, { config: { 'gate.hold-bytes': 1_000_000 } });
    const first = await get(gate, longest);
    assert.ok(first.status !== 200 || !first.complete);
    // From then on the index is asked.
    const second = await get(gate, longest);
    assert.ok(second.complete && second.body.equals(longest.bytes));
    assert.equal(asked(gate, longest), 1);
  });

  it('are served without the store while it is down, and it is told of until it is back', async () => {
    s3.fault = { kind: 'drop' };
    const gate = await machine(small);
    assert.ok((await get(gate, small)).complete);
    const ready = await gate.get('/readyz');
    assert.equal(ready.status, 200);
    assert.equal(ready.json().parts.s3.state, 'degraded');
    s3.fault = undefined;
    gate.now += 60_000;
    const next = buildWheel({ name: 'demo', version: '2.0' });
    gate.upstream.addProject('demo', [next]);
    gate.now += 3_600_000;
    assert.ok((await get(gate, next)).complete);
    await until(async () => (await gate.get('/readyz')).json().parts.s3.state === 'ok');
  });

  it('are not asked of a store that has failed three times, until some seconds have passed', async () => {
    const versions = ['1.0', '2.0', '3.0', '4.0', '5.0', '6.0'];
    const dists = versions.map((version) => buildWheel({ name: 'demo', version }));
    const gate = await machine(dists[0]!);
    gate.upstream.addProject('demo', dists);
    s3.fault = { kind: 'drop' };
    for (const dist of dists.slice(0, 5)) assert.ok((await get(gate, dist)).complete);
    assert.ok(s3.requests('GET') <= 3);
    // By then none of the puts tries once more.
    await until(async () => {
      const [failed] = await gate.metric('wheelgate_shared_puts_total{result="failed"}');
      return failed?.endsWith(' 5') === true;
    });
    s3.fault = undefined;
    gate.now += 40_000;
    const before = s3.requests('GET');
    assert.ok((await get(gate, dists[5]!)).complete);
    assert.equal(s3.requests('GET'), before + 1);
  });

  it('are made young again where they are used when half of their time is over', async () => {
    await share(small);
    const day = 86_400_000;
    for (const [age, isRenewed] of [
      [10, false],
      [50, true],
    ] as const) {
      const gate = await machine(small);
      s3.times.set(keyOf(small), gate.now - age * day);
      assert.ok((await get(gate, small)).complete);
      if (isRenewed) await until(() => !s3.times.has(keyOf(small)));
      else assert.ok(s3.times.has(keyOf(small)));
    }
  });
});
