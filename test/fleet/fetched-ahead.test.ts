import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { yankedText } from '../../src/messages/refusals.js';
import { buildWheel } from '../support/distributions.js';
import { packagePath } from '../support/fake-upstream.js';
import { redisProgram } from '../support/redis-servers.js';
import { startReplicas, waitForRedis } from '../support/replicas.js';
import { until } from '../support/until.js';

const { skip } = redisProgram();
const HOUR = 3_600_000;
waitForRedis();

describe('a new release of what clients of any replica have fetched', { skip }, () => {
  it('is fetched ahead by one of them, and all know what is in it', async () => {
    const replicas = await startReplicas();
    try {
      const config = { 'probe.ahead': 'on' };
      const gates = [await replicas.add({ config }), await replicas.add({ config })];
      const first = buildWheel({ name: 'demo' });
      const second = buildWheel({ version: '2.0', files: { 'demo.pth': 'import os\n' } });
      replicas.upstream.addProject('demo', [first]);
      assert.equal((await gates[0]!.get(`/files/demo/${first.filename}`)).status, 200);
      const pages = () => Promise.all(gates.map((gate) => gate.get('/simple/demo/')));
      // Both know that the first was fetched.
      await pages();
      replicas.upstream.addProject('demo', [second, first]);
      for (const gate of gates) gate.now += HOUR;
      await until(async () => (await pages()).every(({ body }) => body.includes(yankedText(''))));
      assert.equal(replicas.upstream.requests(packagePath('demo', second.filename)), 1);
    } finally {
      await replicas.close();
    }
  });
});
