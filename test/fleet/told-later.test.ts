import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { yankedText } from '../../src/messages/refusals.js';
import { buildWheel } from '../support/distributions.js';
import { ANY, saying } from '../support/messages.js';
import { FULL, type Harm, READ_ONLY } from '../support/redis-harms.js';
import { redisProgram } from '../support/redis-servers.js';
import { type Replicas, startReplicas } from '../support/replicas.js';
import { until } from '../support/until.js';
import type { TestGate } from '../support/wheelgate.js';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const { skip } = redisProgram();

/** Those of Redis' troubles in which connections stay: nobody is told that it may have missed something. */
const HARMS: Readonly<Record<string, Harm>> = {
  'was full': FULL,
  'was read-only': READ_ONLY,
};
/** Where nothing is allowed, a page shows the newest release normally: so an older one is allowed. */
const fine = buildWheel({ name: 'demo', version: '0.9' });
const evil = buildWheel({ name: 'demo', files: { 'evil.pth': 'import os\n' } });
const FINDINGS = 'wg:1:{p:demo}:findings';

describe('what one replica learns while Redis', { skip }, () => {
  let replicas: Replicas;

  beforeEach(async () => {
    replicas = await startReplicas();
    replicas.upstream.addProject('demo', [fine, evil]);
  });
  afterEach(async () => {
    replicas.redis.resume();
    await replicas.close();
  });

  const page = (gate: TestGate) => gate.get('/simple/demo/', { accept: JSON_TYPE });
  const yanked = async (gate: TestGate) => {
    const { files } = (await page(gate)).json();
    return files.find((file: any) => file.filename === evil.filename).yanked;
  };
  const get = async (gate: TestGate) => (await gate.get(`/files/demo/${evil.filename}`)).status;
  const findings = async () => (await replicas.redis.ask.keys(`${FINDINGS}*`)).length;

  /** Until Redis has refused something that a replica wanted to leave there. */
  const refused = (gate: TestGate) =>
    until(async () => {
      // Time passes for a replica that leaves it alone.
      gate.now += 5_000;
      return /errorstat_(?:OOM|READONLY)/.test(await replicas.redis.ask.info('errorstats'));
    });

  for (const [how, { harm, mend }] of Object.entries(HARMS))
    it(`${how} is left with it once it answers again, and shown by a replica whose page is ready`, async () => {
      const [a, b] = [await replicas.add(), await replicas.add()];
      await page(a);
      assert.equal(await yanked(b), false);
      await harm(replicas.redis);
      assert.equal(await get(a), 403);
      await refused(a);
      assert.equal(await yanked(b), false);
      await mend(replicas.redis);
      await until(async () => {
        // Time passes for a replica that leaves it alone.
        a.now += 5_000;
        return (await findings()) === 1;
      });
      await until(async () => (await yanked(b)) !== false);
      assert.match(await yanked(b), saying(yankedText(ANY)));
    });

  it('was full, and had lost it, is given back to it once it takes it', async () => {
    const a = await replicas.add();
    assert.equal(await get(a), 403);
    await until(async () => (await findings()) === 1);
    await replicas.redis.ask.flushall();
    await a.restart();
    await FULL.harm(replicas.redis);
    await page(a);
    await refused(a);
    assert.equal(await findings(), 0);
    await FULL.mend(replicas.redis);
    await until(async () => {
      a.now += 5_000;
      return (await findings()) === 1;
    });
  });
});
