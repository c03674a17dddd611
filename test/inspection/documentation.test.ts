import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { FINDING_CODES } from '../../src/domain/finding-codes.js';

it('docs/what-is-inspected.md lists every finding, with its reason and source, and no other', () => {
  const rows = readFileSync('docs/what-is-inspected.md', 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, code = '']) => /^`[a-z0-9-]+`$/.test(code))
    .map(([, code, summary, source]) => [code!.slice(1, -1), summary, source]);
  const known = Object.entries(FINDING_CODES).map(([code, entry]) => [
    code,
    entry.summary,
    entry.source,
  ]);
  assert.deepEqual(rows.toSorted(), known.toSorted());
});
