import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRange, resolveRange } from '../../../src/http/delivery/byte-range.js';

const window = (header: string, size: number) => {
  const request = parseRange(header);
  if (request === undefined) return 'ignored';
  const range = resolveRange(request, size);
  return range === undefined ? 'unsatisfiable' : [range.start, range.end];
};

describe('byte ranges', () => {
  it('resolve to a window', () => {
    assert.deepEqual(window('bytes=0-0', 10), [0, 1]);
    assert.deepEqual(window('bytes=3-', 10), [3, 10]);
    assert.deepEqual(window('bytes=3-99', 10), [3, 10]);
    assert.deepEqual(window('bytes=-4', 10), [6, 10]);
    assert.deepEqual(window('bytes=-40', 10), [0, 10]);
  });
  it('beyond the end cannot be satisfied', () => {
    assert.equal(window('bytes=10-', 10), 'unsatisfiable');
    assert.equal(window('bytes=-0', 10), 'unsatisfiable');
    assert.equal(window('bytes=0-', 0), 'unsatisfiable');
  });
  it('that are not one plain range are ignored', () => {
    for (const header of ['bytes=0-1,3-4', 'items=0-1', 'bytes=5-3', 'bytes=-', 'bytes=a-b', ''])
      assert.equal(window(header, 10), 'ignored', header);
  });
});
