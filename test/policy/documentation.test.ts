import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { isSettable, RULES } from '../../src/domain/rules.js';
import { expectationsSchema } from '../../src/policy/expectations/schema.js';
import { SETTABLE } from '../../src/policy/rules/index.js';
import { policySchema } from '../../src/policy/schema.js';
import { problemsIn } from './support.js';

const page = readFileSync('docs/policy.md', 'utf8');

/** Beside policies there are tests of them. */
function schemaOf(block: string) {
  return /^ {4}tests:/m.test(block) ? expectationsSchema : policySchema;
}

describe('docs/policy.md', () => {
  it('has recipes that are sound policies', () => {
    const blocks = page.match(/(?:^ {4}.*\n|^\n(?= {4}))+/gm) ?? [];
    const policies = blocks.filter((block) => !block.includes('wheelgate serve'));
    assert.ok(policies.length >= 8, String(policies.length));
    for (const block of policies)
      assert.deepEqual(problemsIn(block.replace(/^ {4}/gm, ''), schemaOf(block)), [], block);
  });
  it('has a table of every rule with its default, in the order in which they are named as the reason', () => {
    const rows = page.matchAll(/^\| `([\w-]+)` +\| (always|`(block|warn|off)`) /gm);
    assert.deepEqual(
      [...rows].map(([, rule, always, action]) => [rule, action ?? always]),
      RULES.map((rule) => [rule, isSettable(rule) ? SETTABLE[rule].defaults.action : 'always']),
    );
  });
});
