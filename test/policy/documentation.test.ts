import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { SETTABLE_RULES } from '../../src/domain/rules.js';
import { problemsIn } from './support.js';

const page = readFileSync('docs/policy.md', 'utf8');

describe('docs/policy.md', () => {
  it('has recipes that are sound policies', () => {
    const blocks = page.match(/(?:^ {4}.*\n|^\n(?= {4}))+/gm) ?? [];
    const policies = blocks.filter((block) => !block.includes('wheelgate serve'));
    assert.ok(policies.length >= 8, String(policies.length));
    for (const block of policies)
      assert.deepEqual(problemsIn(block.replace(/^ {4}/gm, '')), [], block);
  });
  it('names every rule', () => {
    for (const rule of SETTABLE_RULES) assert.match(page, new RegExp(`^\\| \`${rule}\``, 'm'));
  });
});
