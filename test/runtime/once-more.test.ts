import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OnceMore } from '../../src/runtime/once-more.js';

describe('work that is done once more for whoever asks meanwhile', () => {
  it('is done once for many who ask while it waits, after the run that they cannot count on', async () => {
    const begun: (() => void)[] = [];
    const work = new OnceMore(() => new Promise((done) => begun.push(done)));
    const first = work.run();
    assert.equal(begun.length, 1);
    const others = Promise.all([work.run(), work.run(), work.run()]);
    assert.equal(work.isWanted, true);
    begun[0]!();
    while (begun.length < 2) await new Promise((next) => setImmediate(next));
    assert.equal(work.isWanted, false);
    begun[1]!();
    await Promise.all([first, others, work.settled()]);
    assert.equal(begun.length, 2);
  });

  it('is begun anew by whoever asks in whatever step of its end', async () => {
    for (let steps = 0; steps < 12; steps += 1) {
      let runs = 0;
      const work = new OnceMore(async () => {
        runs += 1;
      });
      void work.run();
      for (let step = 0; step < steps; step += 1) await undefined;
      const before = runs;
      await work.run();
      assert.ok(runs > before, `after ${steps} steps`);
      await work.settled();
    }
  });
});
