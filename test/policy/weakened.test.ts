import assert from 'node:assert/strict';
import { it } from 'node:test';
import { mergePolicies } from '../../src/policy/merge.js';
import { policySchema } from '../../src/policy/schema.js';
import { weakened } from '../../src/policy/weakened.js';

const meaningOf = (policy: object) => mergePolicies([policySchema.parse(policy)]);
const DENIED = { deny: [{ project: 'bad', versions: '==1.0', reason: 'it was stolen' }] };

it('what a policy refuses no more than the one before is told, and nothing else', () => {
  const told = (before: object, after: object) => weakened(meaningOf(before), meaningOf(after));
  assert.deepEqual(told(DENIED, {}), ['no longer denied: bad ==1.0']);
  assert.deepEqual(told({}, DENIED), []);
  const worded = { deny: [{ project: 'bad', versions: '==1.0', reason: 'in other words' }] };
  assert.deepEqual(told(DENIED, worded), []);
  assert.deepEqual(told({}, { mode: 'dry-run' }), ['mode: dry-run']);
  assert.deepEqual(told({}, { rules: { archive: { action: 'warn' } } }), ['archive: warn']);
  assert.deepEqual(told({ rules: { archive: { action: 'warn' } } }, {}), []);
  assert.deepEqual(told({}, { rules: { archive: { action: 'block', mode: 'dry-run' } } }), [
    'archive: dry-run',
  ]);
  assert.deepEqual(told({ allow: [{ project: 'a' }] }, {}), ['the allow list was removed']);
});
