import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { PublisherId } from '../../src/domain/publisher.js';
import { notAttested, pinsDiffer } from '../../src/messages/reasons.js';
import { yankedText } from '../../src/messages/refusals.js';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { packagePath } from '../support/fake-upstream.js';
import { ANY, saying } from '../support/messages.js';
import { redisProgram, startRedisCluster } from '../support/redis-servers.js';
import {
  type ReplicaOptions,
  type Replicas,
  startReplicas,
  waitForRedis,
} from '../support/replicas.js';
import { until } from '../support/until.js';
import type { TestGate } from '../support/wheelgate.js';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const HOUR = 3_600_000;
const { skip } = redisProgram();
waitForRedis();

const hooked = buildWheel({ name: 'demo', files: { 'evil.pth': 'import os; os.system("x")\n' } });
const clean = buildWheel({ name: 'demo', version: '1.1' });

const page = async (gate: TestGate, project = 'demo') =>
  (await gate.get(`/simple/${project}/`, { accept: JSON_TYPE })).json();
const yanked = async (gate: TestGate, { filename }: Distribution, project = 'demo') =>
  (await page(gate, project)).files.find((file: any) => file.filename === filename).yanked;
const get = (gate: TestGate, { filename }: Distribution, project = 'demo') =>
  gate.get(`/files/${project}/${filename}`);
const inspections = async (gate: TestGate) =>
  (await gate.metric('wheelgate_inspection_duration_seconds_count')).length;

describe('what one replica learns', { skip }, () => {
  let replicas: Replicas;

  beforeEach(async () => {
    replicas = await startReplicas();
    replicas.upstream.addProject('demo', [hooked, clean]);
  });
  afterEach(() => replicas.close());

  const fetches = ({ filename }: Distribution, project = 'demo') =>
    replicas.upstream.requests(packagePath(project, filename));
  /** Waits until Redis holds so many facts of a project. */
  const known = (facts: number, hash = 'findings*') =>
    until(async () => {
      const [key] = await replicas.redis.ask.keys(`wg:1:{p:demo}:${hash}`);
      if (key === undefined) return facts === 0;
      const fields = await replicas.redis.ask.hkeys(key);
      return fields.filter((field) => field !== 'bytes').length === facts;
    });

  describe('of an artifact', () => {
    it('is known to another that never saw it: the page says so, and a refusal fetches nothing', async () => {
      const [a, b] = [await replicas.add(), await replicas.add()];
      assert.equal((await get(a, hooked)).status, 403);
      assert.equal((await get(a, clean)).status, 200);
      await known(2);
      assert.match(await yanked(b, hooked), saying(yankedText(ANY)));
      assert.equal(await yanked(b, clean), false);
      assert.equal((await get(b, hooked)).status, 403);
      assert.equal(fetches(hooked), 1);
      assert.deepEqual((await get(b, clean)).body, clean.bytes);
      assert.equal(await inspections(b), 0);
    });

    it('is told at once to another whose page is ready', async () => {
      const [a, b] = [await replicas.add(), await replicas.add()];
      assert.equal(await yanked(b, hooked), false);
      await get(a, hooked);
      await until(async () => (await yanked(b, hooked)) !== false);
      assert.equal((await get(b, hooked)).status, 403);
      assert.equal(fetches(hooked), 1);
    });

    it('stays known where it was told, when Redis is gone and the replica starts anew', async () => {
      const [a, b] = [await replicas.add(), await replicas.add()];
      await get(a, hooked);
      await known(1);
      await page(b);
      await replicas.redis.stop();
      await b.restart();
      assert.equal((await get(b, hooked)).status, 403);
      assert.equal(fetches(hooked), 1);
    });

    it('is told again to those that have missed it', async () => {
      const [a, b] = [await replicas.add(), await replicas.add()];
      assert.equal(await yanked(b, hooked), false);
      // Nobody hears anything until they have connected again.
      await replicas.redis.ask.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await get(a, hooked);
      await until(async () => (await yanked(b, hooked)) !== false);
    });

    it('is given back to a Redis that has lost it, by the next that has it', async () => {
      const a = await replicas.add();
      await get(a, hooked);
      await known(1);
      await replicas.redis.ask.flushall();
      await a.restart();
      await page(a);
      await known(1);
    });

    it('of other settings of the inspection counts for nothing', async () => {
      const a = await replicas.add();
      const b = await replicas.add({ config: { 'inspection.members': 1_000 } });
      await get(a, hooked);
      await known(1);
      assert.equal(await yanked(b, hooked), false);
      assert.equal((await get(b, hooked)).status, 403);
      assert.equal(fetches(hooked), 2);
    });

    it('is for nobody where there is no secret, or another one', async () => {
      for (const secret of [undefined, 'another one than all the others have']) {
        const [a, b] = [await replicas.add(), await replicas.add({ secret })];
        await get(a, hooked);
        await known(1);
        assert.equal(await yanked(b, hooked), false);
        assert.equal((await get(b, hooked)).status, 403);
      }
    });

    it('without a secret is left with nobody', async () => {
      const a = await replicas.add({ secret: undefined });
      assert.equal((await get(a, hooked)).status, 403);
      assert.equal((await get(a, clean)).status, 200);
      assert.deepEqual(await replicas.redis.ask.keys('wg:1:{p:*'), []);
    });

    it('is known to another in a cluster of three', async () => {
      const cluster = await startRedisCluster();
      try {
        const options: ReplicaOptions = { redis: cluster.url, mode: 'cluster' };
        const [a, b] = [await replicas.add(options), await replicas.add(options)];
        assert.equal(await yanked(b, hooked), false);
        await get(a, hooked);
        await until(async () => (await yanked(b, hooked)) !== false);
        const c = await replicas.add(options);
        assert.match(await yanked(c, hooked), saying(yankedText(ANY)));
        assert.equal(fetches(hooked), 1);
      } finally {
        await cluster.close();
      }
    });
  });

  describe('of who attests files', () => {
    const releases = ['1.0', '2.0', '3.0', '4.0'].map((version) =>
      buildWheel({ name: 'demo', version }),
    );
    const latest = releases.at(-1)!;
    const documentOf = ({ filename }: Distribution) => `/integrity/demo/${filename}/provenance`;
    const options: ReplicaOptions = {
      policies: { 'a.yaml': 'rules: { attestation: { action: block } }' },
      verifyProvenance: async () => ({
        kind: 'attested',
        publishers: ['github:demo/demo' as PublisherId],
      }),
    };
    const looked = () =>
      releases.map((dist) => replicas.upstream.requests(documentOf(dist))).join();

    it('is known to another, which asks for no document again and refuses the same', async () => {
      replicas.upstream.addProject(
        'demo',
        releases.map((dist, index) => {
          const path = documentOf(dist);
          replicas.upstream.serve(path, '{}', 'application/json');
          const uploadTime = `2026-10-0${index + 1}T00:00:00.000000Z`;
          const provenance = new URL(path, replicas.upstream.url).href;
          return { dist, uploadTime, ...(dist !== latest && { extra: { provenance } }) };
        }),
      );
      const [a, b] = [await replicas.add(options), await replicas.add(options)];
      assert.equal((await get(a, latest)).status, 403);
      assert.equal(looked(), '1,1,1,0');
      await known(3, 'facts*');
      assert.match(await yanked(b, latest), saying(notAttested(ANY, ANY, ANY)));
      assert.equal((await get(b, latest)).status, 403);
      assert.equal((await get(b, releases[0]!)).status, 200);
      assert.equal(looked(), '1,1,1,0');
    });
  });

  describe('of the first bytes of a file', () => {
    const first = buildWheel({ name: 'demo' });
    const second = buildWheel({ name: 'demo', files: { 'demo/__init__.py': 'evil = 1\n' } });
    const pinning: ReplicaOptions = { upstream: { unhashed: 'pin' } };

    beforeEach(() => put(first));

    function put(dist: Distribution): void {
      replicas.upstream.addProject('demo', [{ dist, hashes: {} }]);
    }
    /** The index has other bytes now, and everybody asks for its page again. */
    function replace(dist: Distribution, ...gates: TestGate[]): void {
      put(dist);
      for (const gate of gates) gate.now += HOUR;
    }

    it('holds for a replica that never saw them, and the same bytes are given out', async () => {
      const [a, b, c] = [
        await replicas.add(pinning),
        await replicas.add(pinning),
        await replicas.add(pinning),
      ];
      assert.equal((await get(a, first)).status, 200);
      await known(1, 'pins');
      assert.deepEqual((await get(c!, first)).body, first.bytes);
      replace(second, b!);
      const answer = await get(b!, second);
      assert.equal(answer.status, 403);
      assert.match(answer.phrase, /pinned.*\(integrity\)/);
    });

    it('holds for a replica whose page was ready before there were any', async () => {
      const [a, b] = [await replicas.add(pinning), await replicas.add(pinning)];
      await page(b);
      assert.equal((await get(a, first)).status, 200);
      await known(1, 'pins');
      replace(second, b);
      assert.equal((await get(b, second)).status, 403);
    });

    it('holds when Redis is gone, where it was told, and is given back to one that has lost it', async () => {
      const [a, b] = [await replicas.add(pinning), await replicas.add(pinning)];
      await get(a, first);
      await known(1, 'pins');
      await page(b);
      await replicas.redis.ask.flushall();
      await b.restart();
      await page(b);
      await known(1, 'pins');
      await replicas.redis.stop();
      await b.restart();
      replace(second, b);
      assert.equal((await get(b, second)).status, 403);
    });

    it('refuses the file everywhere, and lastingly, where two have pinned other ones apart', async () => {
      const [a, b] = [
        await replicas.add({ ...pinning, redis: undefined }),
        await replicas.add(pinning),
      ];
      assert.equal((await get(a, first)).status, 200);
      replace(second, b);
      assert.equal((await get(b, second)).status, 200);
      await known(1, 'pins');
      a.configure({ 'redis.url': replicas.redis.url });
      await a.restart();
      for (const [gate, dist] of [
        [a, first],
        [b, second],
      ] as const) {
        replace(dist, gate);
        await until(async () => (await get(gate, dist)).status === 403);
        assert.match((await get(gate, dist)).phrase, saying(pinsDiffer(ANY, ANY, ANY)));
      }
      await b.restart();
      assert.equal((await get(b, second)).status, 403);
      const c = await replicas.add(pinning);
      assert.match((await get(c, second)).phrase, saying(pinsDiffer(ANY, ANY, ANY)));
    });

    it('is no matter of other indexes under the same name', async () => {
      const a = await replicas.add(pinning);
      await get(a, first);
      await known(1, 'pins');
      const elsewhere = await replicas.add({ ...pinning, redis: undefined });
      const { upstream } = elsewhere;
      upstream.addProject('demo', [{ dist: second, hashes: {} }]);
      const b = await replicas.add({ upstream: { unhashed: 'pin', url: upstream.url } });
      assert.deepEqual((await get(b, second)).body, second.bytes);
    });
  });
});
