import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { type FakeUpstream, packagePath, startFakeUpstream } from '../support/fake-upstream.js';
import { freePort } from '../support/free-port.js';
import { redisProgram } from '../support/redis-servers.js';
import { type Replicas, startReplicas } from '../support/replicas.js';
import { until } from '../support/until.js';
import type { TestGate } from '../support/wheelgate.js';

const { skip } = redisProgram();

const wheel = (version = '1.0') =>
  buildWheel({ name: 'lib', version, files: { 'lib/data.bin': randomBytes(300_000) } });
const get = (gate: TestGate, { filename }: Distribution) => gate.get(`/files/lib/${filename}`);

describe('replicas with other indexes', { skip }, () => {
  let replicas: Replicas;
  /** Only one of them asks it. */
  let corp: FakeUpstream;

  beforeEach(async () => {
    [replicas, corp] = await Promise.all([startReplicas(), startFakeUpstream()]);
  });
  afterEach(async () => {
    corp.release();
    await corp.close();
    await replicas.close();
  });

  describe('under one name', () => {
    async function add(url: string): Promise<TestGate> {
      const port = await freePort();
      return replicas.add({
        config: {
          upstreams: [{ name: 'internal', url, unhashed: 'pin' }],
          'replica.listen': `127.0.0.1:${port}`,
          'replica.url': `http://127.0.0.1:${port}`,
        },
      });
    }

    /** @returns what the second replica gives while the first one is still at its file of that name */
    async function askMeanwhile(first: Distribution, second: Distribution, url: string) {
      const [a, b] = [await add(replicas.upstream.url), await add(url)];
      const path = packagePath('lib', first.filename);
      replicas.upstream.fault(path, { kind: 'stall', after: 100_000 });
      const begun = get(a, first);
      await until(() => replicas.upstream.requests(path) === 1);
      const asked = get(b, second);
      await until(async () => (await b.metric('wheelgate_fills_total')).length > 0);
      replicas.upstream.release();
      return Promise.all([begun, asked]);
    }

    it('do not follow each other for files that no index declares a digest of', async () => {
      const mine = wheel();
      let theirs = wheel();
      while (theirs.bytes.length !== mine.bytes.length) theirs = wheel();
      replicas.upstream.addProject('lib', [{ dist: theirs, hashes: {} }]);
      corp.addProject('lib', [{ dist: mine, hashes: {} }]);
      const [a, b] = await askMeanwhile(theirs, mine, corp.url);
      assert.deepEqual(a.body, theirs.bytes);
      assert.deepEqual(b.body, mine.bytes);
      assert.equal(corp.requests(packagePath('lib', mine.filename)), 1);
    });

    it('have their twin: those of one index do', async () => {
      const file = wheel();
      replicas.upstream.addProject('lib', [{ dist: file, hashes: {} }]);
      const [a, b] = await askMeanwhile(file, file, replicas.upstream.url);
      assert.deepEqual([a.body, b.body], [file.bytes, file.bytes]);
      assert.equal(replicas.upstream.requests(packagePath('lib', file.filename)), 1);
    });
  });

  describe('in another order', () => {
    const [inner, outer] = [wheel(), wheel('99.0')];
    let upstreams: unknown;

    beforeEach(async () => {
      replicas.upstream.addProject('lib', [outer]);
      corp.addProject('lib', [inner]);
      upstreams = [
        { name: 'corp', url: corp.url, timeouts: { page: '500ms' } },
        { name: 'fake', url: replicas.upstream.url },
      ];
      const publicOnly = await replicas.add();
      assert.equal((await publicOnly.get('/simple/lib/')).status, 200);
      await until(async () => (await replicas.redis.ask.keys('*page*')).length > 0);
    });

    for (const fault of [
      { kind: 'status', status: 500 },
      { kind: 'drop' },
      { kind: 'silence' },
    ] as const)
      it(`do not take a page of the second for a name that the first says nothing of: ${fault.kind}`, async () => {
        corp.fault('/simple/lib/', fault);
        const gate = await replicas.add({ config: { upstreams } });
        const { status } = await gate.get('/simple/lib/');
        assert.ok(status === 502 || status === 503, String(status));
        const file = await get(gate, outer);
        assert.ok(file.status >= 500, String(file.status));
        // Nor is it taken for one that was seen here, later on.
        await gate.restart();
        assert.ok((await gate.get('/simple/lib/')).status >= 500);
      });

    it('take it once the first has said that it does not have the name, and ask the second nothing', async () => {
      corp.fault('/simple/lib/', { kind: 'status', status: 404 });
      const gate = await replicas.add({ config: { upstreams } });
      assert.equal((await get(gate, outer)).status, 200);
      assert.equal(replicas.upstream.requests('/simple/lib/'), 1);
    });

    it('take that of the first without asking it, where another has it', async () => {
      const other = await replicas.add({ config: { upstreams } });
      assert.equal((await get(other, inner)).status, 200);
      await until(async () => (await replicas.redis.ask.keys('*page:corp*')).length > 0);
      corp.fault('/simple/lib/', { kind: 'status', status: 500 });
      const gate = await replicas.add({ config: { upstreams } });
      assert.equal((await get(gate, inner)).status, 200);
    });
  });
});
