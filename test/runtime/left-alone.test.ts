import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LeftAlone } from '../../src/runtime/left-alone.js';

const HOUR = 3_600_000;

describe('what is left alone', () => {
  let now = 5_000;

  it('may be tried again after an hour, and other things at once', () => {
    const left = new LeftAlone(10, () => now);
    const began = now;
    left.leave('one');
    assert.equal(left.until('one'), began + HOUR);
    assert.equal(left.until('other'), undefined);
    now = began + HOUR - 1;
    assert.equal(left.until('one'), began + HOUR);
    now = began + HOUR;
    assert.equal(left.until('one'), undefined);
  });

  it('may be tried again where the clock was set back', () => {
    const left = new LeftAlone(10, () => now);
    left.leave('one');
    now -= 1;
    assert.equal(left.until('one'), undefined);
  });

  it('is left alone twice as long each further time, up to a bound, and no longer than the first once it is cleared', () => {
    const left = new LeftAlone(10, () => now, { first: 10, longest: 35 });
    const rests = [];
    for (let time = 0; time < 5; time += 1) {
      left.leave('one');
      const until = left.until('one')!;
      rests.push(until - now);
      now = until;
      assert.equal(left.until('one'), undefined);
    }
    assert.deepEqual(rests, [10, 20, 35, 35, 35]);
    left.leave('other');
    assert.equal(left.until('other'), now + 10);
    left.clear();
    assert.equal(left.until('other'), undefined);
    left.leave('one');
    assert.equal(left.until('one'), now + 10);
  });

  it('is forgotten beyond its bound, the longest ago first', () => {
    const left = new LeftAlone(2, () => now);
    for (const key of ['one', 'two', 'three']) left.leave(key);
    assert.deepEqual(
      ['one', 'two', 'three'].map((key) => left.until(key) === undefined),
      [true, false, false],
    );
  });
});
