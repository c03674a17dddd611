import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { packagePath } from '../support/fake-upstream.js';
import { redisProgram } from '../support/redis-servers.js';
import { type Replicas, startReplicas, waitForRedis } from '../support/replicas.js';
import { until } from '../support/until.js';
import type { TestGate } from '../support/wheelgate.js';

const { skip } = redisProgram();
waitForRedis();

const NOW = Date.UTC(2026, 10, 1);
const uploadTime = new Date(NOW - 86_400_000).toISOString();
const good = buildWheel({ name: 'demo', version: '1.0' });
const bad = buildWheel({ name: 'demo', version: '1.1', files: { 'demo.pth': 'import os\n' } });
const CONFIG = { 'probe.action': 'on', 'probe.wait': '20s' };

describe('a new file that replicas probe', { skip }, () => {
  let replicas: Replicas;
  beforeEach(async () => {
    replicas = await startReplicas();
    replicas.upstream.addProject(
      'demo',
      [good, bad].map((dist) => ({ dist, uploadTime })),
    );
  });
  afterEach(() => replicas.close());

  const add = (config = {}) => replicas.add({ now: NOW, config: { ...CONFIG, ...config } });
  const requests = ({ filename }: Distribution) =>
    replicas.upstream.requests(packagePath('demo', filename));
  async function yanked(gate: TestGate): Promise<boolean | string> {
    const page = await gate.get('/simple/demo/', {
      accept: 'application/vnd.pypi.simple.v1+json',
    });
    return page.json().files.find(({ filename }: Distribution) => filename === bad.filename).yanked;
  }

  it('is probed by one of them: another knows what it has seen, also when it starts later', async () => {
    const a = await add();
    assert.match(String(await yanked(a)), /startup-hook/);
    await until(async () => {
      const [key] = await replicas.redis.ask.keys('wg:1:{p:demo}:probes:*');
      return key !== undefined && (await replicas.redis.ask.hkeys(key)).length === 3;
    });
    const b = await add();
    assert.match(String(await yanked(b)), /startup-hook/);
    assert.equal(requests(bad), 1);
    await b.restart();
    assert.match(String(await yanked(b)), /startup-hook/);
    assert.equal(requests(bad), 1);
    assert.equal(requests(good), 1);
  });

  it('is probed by one of them where they are asked together', async () => {
    const [a, b] = [await add(), await add()];
    const said = await Promise.all([yanked(a), yanked(b)]);
    for (const one of said) assert.match(String(one), /startup-hook/);
    assert.equal(requests(bad), 1);
    const records = [...(await a.decisions()), ...(await b.decisions())];
    assert.equal(records.filter(({ probe }) => probe === true).length, 1);
  });

  it('is probed by each where what lies in Redis is sealed by another secret', async () => {
    const [a, b] = [
      await add(),
      await add({ 'replica.secret': 'another secret of 32 characters.' }),
    ];
    assert.match(String(await yanked(a)), /startup-hook/);
    await until(async () => (await replicas.redis.ask.keys('wg:1:{p:demo}:probes:*')).length > 0);
    // The lease is a hint, and lasts for seconds.
    for (const key of await replicas.redis.ask.keys('wg:1:short-lease:*'))
      await replicas.redis.ask.del(key);
    assert.match(String(await yanked(b)), /startup-hook/);
    assert.equal(requests(bad), 2);
  });

  it('is probed where a lease lies in Redis that no replica could have taken', async () => {
    const gate = await add();
    for (const { filename, sha256 } of [good, bad])
      await replicas.redis.ask.set(`wg:1:short-lease:probe:demo/${sha256}/${filename}`, '');
    assert.match(String(await yanked(gate)), /startup-hook/);
    assert.equal(requests(bad), 1);
  });

  it('is probed by each where there is no Redis', async () => {
    const [a, b] = [await add(), await add()];
    await replicas.redis.close();
    for (const gate of [a, b]) assert.match(String(await yanked(gate)), /startup-hook/);
    assert.equal(requests(bad), 2);
  });
});
