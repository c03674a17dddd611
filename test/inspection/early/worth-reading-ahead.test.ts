import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isWorthReadingAhead } from '../../../src/inspection/early/worth-reading-ahead.js';

const MIB = 2 ** 20;

describe('a file that is coming in', () => {
  it('is read ahead as soon as it shows that its rest takes long', () => {
    const arriving = { bytes: MIB / 2, size: 6 * MIB, elapsed: 25 };
    assert.ok(isWorthReadingAhead(arriving, true));
    assert.ok(!isWorthReadingAhead({ ...arriving, elapsed: 5 }, true), 'too early to say');
  });

  it('is not read ahead where the rest is here soon, however long it has been coming', () => {
    assert.ok(!isWorthReadingAhead({ bytes: 3 * MIB, size: 6 * MIB, elapsed: 60 }, true));
    assert.ok(!isWorthReadingAhead({ bytes: 5.5 * MIB, size: 6 * MIB, elapsed: 500 }, true));
  });

  it('is read ahead after a while where nobody says how long it is', () => {
    const arriving = { bytes: MIB, size: undefined, elapsed: 90 };
    assert.ok(!isWorthReadingAhead(arriving, true));
    assert.ok(isWorthReadingAhead({ ...arriving, elapsed: 110 }, true));
  });

  it('takes nothing from others that are being inspected, unless it takes very long', () => {
    const arriving = { bytes: MIB, size: 100 * MIB, elapsed: 500 };
    assert.ok(isWorthReadingAhead(arriving, true));
    assert.ok(!isWorthReadingAhead(arriving, false));
    assert.ok(isWorthReadingAhead({ ...arriving, elapsed: 1_000 }, false));
  });
});
