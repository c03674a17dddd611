import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { redisProgram } from '../support/redis-servers.js';
import { runFleetChaos } from './fleet-run.js';

// A short run; `npm run chaos -- --replicas 3` makes long ones, and repeats one by its seed.
describe('three replicas among deaths, stops, cut connections, and a Redis and a store that fail', {
  skip: redisProgram().skip,
}, () => {
  it('give no wrong answer, fetch hardly anything more often than what failed explains, and keep nothing that is refused', async () => {
    const report = await runFleetChaos({
      seed: 7,
      replicas: 3,
      rounds: 1,
      clients: 8,
      requests: 100,
      troubles: 4,
    });
    assert.deepEqual(report.wrong, []);
    assert.ok(Object.keys(report.troubles).length >= 1, 'nothing went wrong');
    assert.ok(report.recorded > 100, 'hardly anything was answered');
    assert.ok(report.transfers >= report.artifacts / 2);
  });
});
