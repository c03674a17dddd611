import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { runChaos } from './run.js';

// A short run; `npm run chaos` makes long ones, and repeats one by its seed.
describe('with faults, deaths and policy edits all at once', {
  skip: existsSync('/proc/self/stat') ? false : 'it needs /proc',
}, () => {
  for (const workers of [1, 2])
    it(`no answer is wrong, and each is written down once: ${workers} at work`, async () => {
      const report = await runChaos({
        seed: 12,
        clients: 8,
        requests: 400,
        workers,
        faultEvery: 5,
        editEvery: 60,
        killEvery: 100,
        hangEvery: 70,
      });
      assert.deepEqual(report.wrong, []);
      assert.ok(report.faults > 50 && report.edits > 0 && report.kills > 0, 'nothing went wrong');
      assert.ok(report.recorded > 100, 'hardly anything was answered');
    });
});
