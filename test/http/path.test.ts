import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pathSegments } from '../../src/http/path.js';

describe('request paths', () => {
  it('are decoded once, segment by segment', () => {
    assert.deepEqual(pathSegments('/files/torch/torch-2.1%2Bcpu.whl?x=1'), [
      'files',
      'torch',
      'torch-2.1+cpu.whl',
    ]);
    assert.deepEqual(pathSegments('/simple/six/'), ['simple', 'six', '']);
    assert.deepEqual(pathSegments('/a/%2525'), ['a', '%25']);
  });
  it('that climb, hide a slash, or do not decode are refused', () => {
    const odd = [
      '/files/../etc',
      '/files/%2e%2e/x',
      '/files/a%2Fb',
      '/files/a%5cb',
      '/files/a\\b',
      '/files//x',
      '/files/%00',
      '/files/%',
      '/files/%ff',
      'http://elsewhere/files/x',
      '*',
    ];
    for (const url of odd) assert.equal(pathSegments(url), undefined, url);
  });
});
