import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HourlyBytes } from '../../../src/artifacts/ahead/hourly-bytes.js';

describe('the bytes of an hour', () => {
  it('are shared: one project gets a quarter of them, and all projects no more than there are', () => {
    const bytes = new HourlyBytes(400, () => 0);
    assert.equal(bytes.take('one', 100), true);
    assert.equal(bytes.take('one', 1), false);
    for (const project of ['two', 'three', 'four']) assert.equal(bytes.take(project, 100), true);
    assert.equal(bytes.take('five', 1), false);
  });

  it('are there again if they were not needed, and in the next hour', () => {
    let now = 0;
    const bytes = new HourlyBytes(400, () => now);
    assert.equal(bytes.take('one', 100), true);
    bytes.giveBack('one', 100);
    assert.equal(bytes.take('one', 100), true);
    assert.equal(bytes.take('one', 100), false);
    now = 3_600_000;
    assert.equal(bytes.take('one', 100), true);
  });
});
