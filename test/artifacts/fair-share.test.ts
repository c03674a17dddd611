import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FairShare } from '../../src/runtime/fair-share.js';

describe('a fair share', () => {
  it('is all for one alone, less for several, and never less than the least', () => {
    const share = new FairShare(1_000, 150);
    assert.equal(share.each, 1_000, 'before anybody has come');
    const leave = Array.from({ length: 4 }, () => share.join());
    assert.equal(share.each, 250);
    leave.push(...Array.from({ length: 96 }, () => share.join()));
    assert.equal(share.each, 150);
    leave[0]!();
    for (const one of leave) one();
    const again = [share.join(), share.join()];
    assert.equal(share.each, 500, 'who leaves twice has left once');
    for (const one of again) one();
    assert.equal(share.each, 1_000);
  });
});
