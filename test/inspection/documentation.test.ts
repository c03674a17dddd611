import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { type CodeEntry, FINDING_CODES } from '../../src/domain/finding-codes.js';

const COULD = new Set([
  'readers install different files',
  'inspection misses installed files',
  'writes outside its folder',
  'exhausts memory or time',
  'a changed file goes unnoticed',
  'deletes other files when uninstalled',
  'nothing',
]);

it('docs/what-is-inspected.md weighs every finding of archives and RECORD, and gives its default', () => {
  const text = readFileSync('docs/what-is-inspected.md', 'utf8');
  for (const [code, entry] of Object.entries<CodeEntry>(FINDING_CODES)) {
    if (entry.rule !== 'archive' && entry.rule !== 'record') {
      assert.equal(entry.byDefault, undefined, `${code} has no column to say so`);
      continue;
    }
    const row = text.split('\n').find((line) => line.startsWith(`| \`${code}\` |`));
    const [, , , , could = '', action] = (row ?? '').split('|').map((cell) => cell.trim());
    assert.ok(COULD.has(could), `${code}: ${could}`);
    assert.equal(action, entry.byDefault ?? 'block', code);
    if (action === 'warn') assert.ok(/^(?:nothing|deletes)/.test(could), `${code}: ${could}`);
  }
});

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
