import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { expectedGot, unknownKey } from '../../src/messages/settings.js';
import { policyJsonSchema } from '../../src/policy/json-schema.js';
import { ANY, saying, sayingOnly } from '../support/messages.js';
import { problemsIn } from './support.js';

describe('a policy file', () => {
  it('takes everything that the language has', () => {
    assert.deepEqual(
      problemsIn(`
mode: dry-run
base: none
waiver-max: 30d
rules:
  startup-hook: { action: block, mode: enforce, index: hide, upstreams: [pypi], projects: ["a*"], exempt: [b] }
  cooldown: { action: warn, age: 2w }
  sdist: { action: off, when: wheel-exists }
  status: { action: block, refuse: [quarantined] }
deny: []
allow: [{ project: "*" }]
hooks: [{ project: a, file: a.pth, sha256: ["${'0a'.repeat(32)}"] }]
waivers: [{ rule: deny, project: a, versions: ">=1,<2", reason: r, owner: o, expires: 2026-12-31 }]
`),
      [],
    );
    assert.deepEqual(problemsIn(''), []);
    assert.deepEqual(problemsIn('# nothing but a comment\n'), []);
  });

  const refused: [string, RegExp][] = [
    [
      'mode: enforced',
      saying(`p.yaml:1:7: ${expectedGot('one of enforce, dry-run', '"enforced"')}`),
    ],
    ['rule: {}', saying(`p.yaml:1:1: ${unknownKey('rule', 'rules')}`)],
    ['rules: { startup-hooks: { action: block } }', /did you mean "startup-hook"\?/],
    ['rules: { malware-feeds: { action: block } }', saying(unknownKey('malware-feeds'))],
    ['rules: { attestations: { action: warn } }', saying(unknownKey('attestations'))],
    ['rules: { cooldown: { age: 7d } }', /the key "action" is missing/],
    ['rules: { cooldown: { action: block, age: 7 } }', /expected a duration such as 3d/],
    ['rules: { cooldown: { action: block, age: 7m } }', /a number and one of h, d, w/],
    ['rules: { integrity: { action: off } }', saying(unknownKey('integrity'))],
    ['rules: { archive: { action: yes } }', /expected one of block, warn, off/],
    ['rules: { archive: { action: block, exempt: ["a b"] } }', /expected a project name/],
    [
      'rules: { record: { action: block, codes: { record-absnt: warn } } }',
      saying(`p.yaml:1:${ANY}: ${unknownKey('record-absnt', 'record-absent')}`),
    ],
    [
      'rules: { archive: { action: block, codes: { zip-coment: warn } } }',
      sayingOnly(`${ANY}${unknownKey('zip-coment', 'zip-comment')}`),
    ],
    [
      'rules: { archive: { action: block, codes: { record-absent: warn } } }',
      saying(unknownKey('record-absent')),
    ],
    [
      'rules: { record: { action: block, codes: { record-absent: yes } } }',
      /expected one of block, warn, off/,
    ],
    ['rules: { deny: { action: block, codes: {} } }', saying(unknownKey('codes'))],
    ['rules: { cooldown: { action: block, age: 36501d } }', /a duration of at most 36500d/],
    ['rules: { malware-feed: { action: block, max-age: 99999w } }', /a duration of at most 36500d/],
    ['waiver-max: 999999999w', /a duration of at most 36500d/],
    ['deny:\n  - project: x\n', /^p\.yaml:2:5: the key "reason" is missing/],
    ['deny: [{ reason: x }]', /expected either "project" or "sha256"/],
    [
      `deny: [{ project: x, sha256: ${'a'.repeat(64)}, reason: x }]`,
      /expected either "project" or "sha256"/,
    ],
    [`deny: [{ sha256: ${'a'.repeat(63)}, reason: x }]`, /expected a SHA-256/],
    [`deny: [{ sha256: ${'a'.repeat(64)}, versions: "==1", reason: x }]`, /"versions" needs/],
    ['deny: [{ project: x, versions: "1.0", reason: x }]', /expected a version specifier/],
    ['deny: [{ project: x, versions: ">=not", reason: x }]', /expected a version specifier/],
    ['deny: [{ project: x, versions: ">=1.0.*", reason: x }]', /expected a version specifier/],
    ['deny: [{ project: x, versions: ",", reason: x }]', /expected a version specifier/],
    ['deny: [{ project: x, versions: 1.0, reason: x }]', /got the number 1; put it in quotes/],
    ['deny: [{ project: x, reason: "  " }]', /expected text/],
    ['deny:\n', saying(expectedGot('a list', 'nothing'))],
    ['allow: []', /an empty allow list would refuse everything/],
    ['hooks: [{ project: "a*", file: a.pth, sha256: [] }]', /expected a project name/],
    ['hooks: [{ project: a, file: d/a.pth, sha256: [] }]', /a file name without a folder/],
    ['hooks: [{ project: a, file: a.pth, sha256: [] }]', /at least one entry/],
    ['hooks: [{ project: a, file: a.pth, sha256: x }]', saying(expectedGot('a list', '"x"'))],
  ];
  for (const [text, message] of refused)
    it(`is refused: ${JSON.stringify(text)}`, () =>
      assert.match(problemsIn(text).join('\n'), message));

  it('of a waiver wants a real day, an owner, a reason and an end', () => {
    const waiver = (rest: string) =>
      problemsIn(`waivers: [{ rule: deny, project: a, versions: "==1", ${rest} }]`).join('\n');
    assert.equal(waiver('reason: r, owner: o, expires: 2028-02-29'), '');
    for (const expires of ['2026-02-29', '2026-13-01', 'soon', '2026-12-01T10:00', '01.12.2026'])
      assert.match(
        waiver(`reason: r, owner: o, expires: "${expires}"`),
        /expected a date/,
        expires,
      );
    for (const rest of ['reason: r, owner: o', 'reason: r, expires: 2026-12-01'])
      assert.match(waiver(rest), /the key "(expires|owner)" is missing/);
  });
});

describe('the JSON Schema of policies', () => {
  const schema = JSON.parse(readFileSync('schema/policy.schema.json', 'utf8'));
  it('that is shipped is what the code gives (else `npm run schemas`)', () => {
    const given = JSON.parse(policyJsonSchema());
    assert.ok(
      isDeepStrictEqual(schema, given),
      'schema/policy.schema.json is old: npm run schemas',
    );
  });
  it('describes every key, so that editors can show what it is', () => {
    const bare: string[] = [];
    const walk = (node: Record<string, never>, path: string) => {
      for (const [key, part] of Object.entries<Record<string, never>>(node.properties ?? {})) {
        if (part.description === undefined) bare.push(`${path}/${key}`);
        walk(part, `${path}/${key}`);
      }
      if (node.items) walk(node.items, `${path}[]`);
    };
    walk(schema, '');
    assert.deepEqual(bare, []);
  });
});
