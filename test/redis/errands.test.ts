import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ReplyError } from 'ioredis';
import { Errands } from '../../src/redis/errands.js';
import { FakeTimers } from '../support/fake-timers.js';

/** Redis, as far as errands see it. */
function setUp() {
  const timers = new FakeTimers(0);
  const done: string[] = [];
  let isThere = true;
  let asked = 0;
  let dropped = 0;
  const errands = new Errands({
    timers,
    onDropped: () => {
      dropped += 1;
    },
  });
  const errand = (what: string) => async () => {
    asked += 1;
    if (!isThere) throw new Error('timeout');
    done.push(what);
  };
  return {
    errands,
    errand,
    done,
    asked: () => asked,
    dropped: () => dropped,
    go: () => {
      isThere = false;
    },
    comeBack: () => {
      isThere = true;
    },
    run: (name: string, what = name) => errands.run(name, errand(what)),
    /** Until the next attempt is over. */
    later: async () => {
      timers.advance(1_000);
      await new Promise(setImmediate);
    },
  };
}

describe('what is left with Redis', () => {
  it('is done at once, and once, where Redis answers', async () => {
    const { run, later, done } = setUp();
    assert.equal(await run('a'), true);
    await later();
    assert.deepEqual(done, ['a']);
  });

  it('is done once Redis answers again', async () => {
    const { run, go, comeBack, later, done } = setUp();
    go();
    assert.deepEqual([await run('a'), await run('b')], [false, false]);
    await later();
    assert.deepEqual(done, []);
    comeBack();
    await later();
    assert.deepEqual(done.toSorted(), ['a', 'b']);
    await later();
    assert.equal(done.length, 2);
  });

  it('asks a Redis that is gone once each time, however much is owed', async () => {
    const { run, go, later, asked } = setUp();
    go();
    for (let number = 0; number < 10; number += 1) await run(`${number}`);
    await later();
    await later();
    assert.equal(asked(), 12);
  });

  it('is what was said last of the same', async () => {
    const { run, errands, errand, go, comeBack, later, done } = setUp();
    go();
    await run('a', 'old');
    errands.owe('a', errand('newer'));
    comeBack();
    await run('a', 'newest');
    await later();
    assert.deepEqual(done, ['newest']);
  });

  it('is not done by an older attempt that fails after a newer one has succeeded', async () => {
    const { errands, run, later, done } = setUp();
    let fail = (_: Error) => {};
    const slow = errands.run('a', () => new Promise((_, reject) => (fail = reject)));
    await run('a', 'newer');
    fail(new Error('timeout'));
    assert.equal(await slow, false);
    await later();
    assert.deepEqual(done, ['newer']);
  });

  it('is given up where Redis answers, and refuses it', async () => {
    const { errands, later } = setUp();
    let asked = 0;
    const answered = await errands.run('a', async () => {
      asked += 1;
      throw new ReplyError('WRONGTYPE Operation against a key holding the wrong kind of value');
    });
    await later();
    assert.deepEqual([answered, asked], [true, 1]);
  });

  it('is dropped where it is too much, the oldest first, which is told once the rest is done', async () => {
    const { errands, errand, comeBack, go, later, done, dropped } = setUp();
    go();
    for (let number = 0; number < 1_002; number += 1) errands.owe(`${number}`, errand(`${number}`));
    await later();
    assert.equal(dropped(), 0);
    comeBack();
    await later();
    assert.deepEqual([done.length, dropped()], [1_000, 1]);
    assert.ok(!done.includes('0') && !done.includes('1') && done.includes('1001'));
    await later();
    assert.equal(dropped(), 1);
  });

  it('is nobody’s any more once it is closed', async () => {
    const { errands, run, go, comeBack, later, asked } = setUp();
    go();
    await run('a');
    errands.close();
    comeBack();
    await later();
    assert.equal(asked(), 1);
  });
});
