import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FairShare } from '../../src/artifacts/fair-share.js';

describe('a fair share', () => {
  it('is all for one alone, less for several, and never less than the least', () => {
    const share = new FairShare(1_000, 150);
    assert.equal(share.each, 1_000, 'before anybody has come');
    const leave = Array.from({ length: 4 }, () => share.join());
    assert.equal(share.each, 250);
    leave.push(...Array.from({ length: 96 }, () => share.join()));
    assert.equal(share.each, 150);
    for (const one of leave) one();
    assert.equal(share.each, 1_000);
  });
});
