import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { expectedGot, unknownKey } from '../../src/messages/settings.js';
import { checkPolicies } from '../../src/policy/check.js';
import { expectationsJsonSchema } from '../../src/policy/json-schema.js';
import { formatProblem } from '../../src/yaml/problem.js';
import { saying } from '../support/messages.js';
import { digest, folder, NOW } from './support.js';

async function check(policy: string, tests: string) {
  const path = folder({ 'own.yaml': policy });
  mkdirSync(join(path, 'tests'));
  writeFileSync(join(path, 'tests', 'a.yaml'), tests);
  const { tests: said } = await checkPolicies([path], { now: NOW });
  return {
    ...said!,
    texts: said!.problems.map((one) => formatProblem(one).replace(`${path}/`, '')),
  };
}

const one = (rest: string) => `tests:\n  - name: a name\n    ${rest}\n`;

describe('the tests beside a policy', () => {
  it('hold for the shipped policies: incidents are refused, honest hooks pass', async () => {
    const { tests } = await checkPolicies([], { now: NOW });
    assert.deepEqual(tests?.problems.map(formatProblem), []);
    assert.ok(tests!.count >= 30, String(tests?.count));
  });

  it('say where one does not hold, what was expected, and what came', async () => {
    const { texts, count } = await check(
      'deny: [{ project: bad, reason: "it steals" }]',
      one('file: bad-1.0.tar.gz\n    expect: { verdict: allow }'),
    );
    assert.equal(count, 1);
    assert.deepEqual(texts, [
      `tests/a.yaml:4:13: a name: ${expectedGot('allow', 'block: bad is denied: it steals (deny)')}`,
    ]);
  });

  it('name the waiver, and the dry-run mode, that let the file through', async () => {
    const test = one(
      'file: bad-1.0.tar.gz\n    at: 2026-11-20\n    expect: { verdict: block, rule: deny }',
    );
    const deny = 'deny: [{ project: bad, reason: r }]';
    const waiver = '{ rule: deny, project: bad, versions: "==1.0", owner: o, expires: 2026-12-01';
    for (const [policy, came] of [
      [
        `${deny}\nwaivers: [${waiver}, reason: read it }]`,
        'allow: bad is denied: r (deny); deny is waived by o until 2026-12-01: read it',
      ],
      [
        `${deny}\nwaivers: [${waiver}, reason: read it }]\nrules: { status: { action: warn } }`,
        'warn: bad is quarantined at its index (status); deny is waived by o until 2026-12-01: read it',
      ],
      [`${deny}\nmode: dry-run`, 'warn: bad is denied: r (deny); deny is in dry-run mode'],
    ] as const) {
      const isOfStatus = came.includes('status');
      const { texts, failed } = await check(
        policy,
        isOfStatus ? test.replace('    at:', '    status: quarantined\n    at:') : test,
      );
      assert.equal(failed, 1);
      assert.deepEqual(
        texts.map((text) => text.replace(/^.*?a name: /, '')),
        [expectedGot('block by deny', came)],
      );
    }
  });

  it('count as failed only where they ran', async () => {
    const test = one('file: bad-1.0.tar.gz\n    expect: { verdict: block }');
    const { count, failed, problems } = await check('deny: []', test);
    assert.deepEqual([count, failed, problems.length], [1, 1, 1]);
    const invalid = await check('deny: []', test.replace('file', 'fiel'));
    assert.deepEqual([invalid.count, invalid.failed], [0, 0]);
    assert.ok(invalid.problems.length > 0);
  });

  for (const [what, policy, test] of [
    [
      'a cooldown',
      'rules: { cooldown: { action: block } }',
      'file: a-1.0.tar.gz\n    uploaded: 2026-03-24T10:00:00Z\n    at: 2026-03-24T12:00:00Z\n    expect: { verdict: block, rule: cooldown }',
    ],
    [
      'the same cooldown, over',
      'rules: { cooldown: { action: block } }',
      'file: a-1.0.tar.gz\n    uploaded: 2026-03-24\n    at: 2026-03-28\n    expect: { verdict: allow }',
    ],
    [
      'a waiver',
      `deny: [{ project: bad, reason: r }]\nwaivers: [{ rule: deny, project: bad, versions: "==1.0", reason: r, owner: o, expires: 2026-12-01 }]`,
      'project: bad\n    version: "1.0"\n    at: 2026-11-20\n    expect: { verdict: allow, rule: deny }',
    ],
    [
      'a finding that only warns',
      'rules: { record: { action: block, codes: { record-absent: warn } } }',
      'project: a\n    version: "1"\n    findings: [record-absent]\n    expect: { verdict: warn, rule: record, reason: RECORD }',
    ],
    [
      'an index that is trusted',
      'rules: { cooldown: { action: block, upstreams: [pypi] } }',
      'project: a\n    version: "1"\n    upstream: internal\n    uploaded: 2026-11-20\n    at: 2026-11-20\n    expect: { verdict: allow }',
    ],
    [
      'a content',
      `deny: [{ sha256: ${digest('c')}, reason: r }]`,
      `project: a\n    version: "1"\n    members: [${digest('c')}]\n    expect: { verdict: block, rule: deny }`,
    ],
    [
      'what its page says',
      'rules: { yanked: { action: block } }',
      'project: a\n    version: "1"\n    yanked: true\n    expect: { verdict: block, rule: yanked }',
    ],
  ] as const)
    it(`can tell of ${what}`, async () => {
      assert.deepEqual((await check(policy, one(test))).texts, []);
    });

  for (const [what, test, problem] of [
    [
      'is misspelt',
      'file: a-1.0.tar.gz\n    expects: { verdict: allow }',
      saying(unknownKey('expects')),
    ],
    [
      'names no finding',
      'file: a-1.0.tar.gz\n    findings: [nothing]\n    expect: { verdict: allow }',
      /finding/,
    ],
    ['names no file', 'file: a.txt\n    expect: { verdict: allow }', /expected the filename/],
    ['names no version', 'project: a\n    expect: { verdict: allow }', /require each other/],
    [
      'has a time without its offset',
      'file: a-1.0.tar.gz\n    at: 2026-01-01T10:00\n    expect: { verdict: allow }',
      /an instant/,
    ],
  ] as const)
    it(`are wrong where one ${what}`, async () => {
      const { texts } = await check('deny: []', one(test));
      assert.ok(
        texts.some((text) => problem.test(text)),
        texts.join('\n'),
      );
      assert.match(texts[0]!, /^tests\/a\.yaml:\d+:\d+: /);
    });

  it('have a JSON Schema that says what the code says', () => {
    assert.deepEqual(
      JSON.parse(readFileSync('schema/policy-tests.schema.json', 'utf8')),
      JSON.parse(expectationsJsonSchema()),
      'schema/policy-tests.schema.json is old: npm run schemas',
    );
  });
});
