import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import {
  type Attestation,
  AttestationRecords,
  type Release,
} from '../../src/domain/attestation.js';
import { codesOfRule } from '../../src/domain/finding-codes.js';
import { NOTHING_KNOWN } from '../../src/domain/knowledge.js';
import type { KnownNames } from '../../src/domain/known-names.js';
import { NO_FEED, type SecurityFix } from '../../src/domain/malware-feed.js';
import { NO_PAGE } from '../../src/domain/page-facts.js';
import type { PublisherId } from '../../src/domain/publisher.js';
import {
  type FindingRule,
  type Need,
  needsOf,
  RULES,
  type RuleId,
  SETTABLE_RULES,
  usesOf,
} from '../../src/domain/rules.js';
import { SETTABLE } from '../../src/policy/rules/index.js';
import type { Case } from '../../src/policy/rules/rule.js';
import { policySchema } from '../../src/policy/schema.js';
import { readYaml } from '../../src/yaml/document.js';
import { validateYaml } from '../../src/yaml/validate.js';
import { DAY, digest, HOUR, hookFinding, inspection, NOW, policyOf, subject } from './support.js';

const NEEDS: readonly Need[] = ['page', 'bytes', 'feed', 'attestations', 'names'];

/** The case of one who does not know the one thing, all else being equal. */
const WITHOUT: Readonly<Record<Need, (about: Case) => Case>> = {
  page: (about) => {
    const { integrity: _, provenance: __, wheels: ___, ...rest } = about.subject;
    return { ...about, subject: { ...rest, ...NO_PAGE } };
  },
  bytes: (about) => ({ ...about, known: { ...about.known, inspection: undefined } }),
  feed: (about) => ({ ...about, known: { ...about.known, feed: NOTHING_KNOWN.feed } }),
  attestations: (about) => ({
    ...about,
    known: { ...about.known, attestations: NOTHING_KNOWN.attestations },
  }),
  names: (about) => ({ ...about, known: { ...about.known, names: NOTHING_KNOWN.names } }),
};

/** Every rule speaks, and of as much as it can. */
const EAGER = policyOf(`
rules:
  malware-feed: { action: block, stale: block }
  attestation: { action: block, require: [must], regression: { releases: 1 } }
  status: { action: block, refuse: [archived] }
  sdist: { action: block, when: wheel-exists }
  yanked: { action: block }
  cooldown: { action: block, age: 3d, security-fixes: allow }
deny:
  - { project: demo, versions: "==1.0", reason: no }
  - { sha256: ${digest('d')}, reason: no }
allow: [{ project: demo }, { project: must }]
hooks: [{ project: other, file: other.pth, sha256: [${digest('e')}], imports: [stolen] }]`);

/** Of every version. */
const FIX: SecurityFix = {
  id: 'PYSEC-1',
  publishedAt: NOW,
  fixedBy: () => true,
  affects: () => true,
};

/** Somebody here uses what the name of the one project resembles. */
const NAMES: KnownNames = {
  validUntil: Infinity,
  near: (project) =>
    project === 'demo' ? { name: 'demos', likeness: 'one-edit', users: 5 } : undefined,
};

const PUBLISHERS = ['github:o/a', 'github:o/b'] as PublisherId[];

/** Every combination of some parts that matter to one rule or another. */
function* cases(): Generator<Case> {
  const named = [
    { project: 'demo', version: '1.0' },
    { project: 'demo', version: '2.0' },
    { project: 'must', version: '2.0' },
    { project: 'else', version: '2.0', sha256: digest('d') },
  ];
  const pages = [
    {},
    { kind: 'sdist', filename: 'x.tar.gz', hasWheel: false },
    { kind: 'sdist', filename: 'x.tar.gz', yanked: 'odd', status: { status: 'archived' } },
    { uploadTime: NOW - 3 * HOUR, declaredMetadata: digest('9'), releaseBegan: NOW - 15 * DAY },
    {
      uploadTime: NOW + DAY,
      projectBegan: NOW - 2 * DAY,
      integrity: { doubt: 'the index contradicts itself' },
    },
  ] as const;
  const seen = [
    undefined,
    { ...inspection(), metadataSha256: digest('8') },
    inspection([], [digest('d')]),
    { ...inspection(), modules: ['stolen'] },
    ...(['startup-hook', 'archive', 'record', 'metadata'] as const).map((rule) =>
      inspection([hookFinding({ rule, code: 'some-code' })]),
    ),
  ];
  const feeds = [
    { ...NO_FEED, revision: 'a', syncedAt: NOW - HOUR },
    { ...NO_FEED, revision: 'b', syncedAt: NOW - 9 * DAY, fixes: () => [FIX] },
    {
      ...NO_FEED,
      revision: 'c',
      syncedAt: NOW,
      find: () => ({ id: 'MAL-1', summary: 'bad' }),
    },
  ];
  for (const name of named)
    for (const facts of pages)
      for (const inspection of seen)
        for (const feed of feeds)
          for (const by of [undefined, ...PUBLISHERS]) {
            const { provenance, attestations } = attested(by);
            const known = { ...NOTHING_KNOWN, inspection, feed, attestations, names: NAMES };
            yield { subject: subject({ ...name, ...facts, provenance }), now: NOW, known };
          }
}

/** A file that one publisher attests, after a release that the first did. */
function attested(by: PublisherId | undefined) {
  const attestations = new AttestationRecords();
  const offerOf = (name: string, publisher: PublisherId) => {
    const filename = `${name}-py3-none-any.whl`;
    const attestation: Attestation = { kind: 'attested', publishers: [publisher] };
    attestations.add({ filename, sha256: digest('7'), attestation, askAgainAt: Infinity });
    return { filename, sha256: digest('7'), url: `https://files.example/${name}` };
  };
  const release: Release = {
    version: '0.9',
    uploadTime: NOW - 366 * DAY,
    offers: new Map([['wheel', offerOf('before', PUBLISHERS[0]!)]]),
  };
  const offer = by === undefined ? undefined : offerOf('own', by);
  return { provenance: { offer, releases: [release] }, attestations };
}

/** The rules whose answer is another in the one case than in the other. */
function changed(one: Case, other: Case): RuleId[] {
  const [hits, others] = [EAGER.evaluate(one).hits, EAGER.evaluate(other).hits];
  const of = (rule: RuleId, all: typeof hits) =>
    JSON.stringify(all.filter((hit) => hit.rule === rule));
  return RULES.filter((rule) => of(rule, hits) !== of(rule, others));
}

describe('the table of rules', () => {
  it('says what can change the answer of each rule: all that can, and nothing else', () => {
    const seen = new Set<string>();
    for (const about of cases())
      for (const need of NEEDS)
        for (const rule of changed(about, WITHOUT[need](about))) seen.add(`${rule}: ${need}`);
    const said = RULES.flatMap((rule) =>
      [...needsOf(rule), ...usesOf(rule)].map((need) => `${rule}: ${need}`),
    );
    const how =
      'a new rule is switched on in EAGER, and has a case in cases() for each thing it needs';
    assert.deepEqual([...seen].sort(), said.sort(), `${how}: ${[...seen].sort().join(', ')}`);
  });

  it('lets a rule speak without what it only uses', () => {
    const speaks = new Set<string>();
    for (const about of cases())
      for (const need of NEEDS)
        for (const { rule } of EAGER.evaluate(WITHOUT[need](about)).hits)
          speaks.add(`${rule}: ${need}`);
    for (const rule of RULES)
      for (const need of usesOf(rule))
        assert.ok(speaks.has(`${rule}: ${need}`), `${rule}: ${need}`);
  });

  it('keeps silent every rule on findings that has no inspection', () => {
    const onFindings = RULES.filter((rule) => codesOfRule(rule as FindingRule).length > 0);
    assert.deepEqual(
      onFindings,
      RULES.filter((rule) => needsOf(rule).includes('bytes')),
    );
    for (const about of cases())
      for (const { rule } of EAGER.evaluate(WITHOUT.bytes(about)).hits)
        assert.ok(!needsOf(rule).includes('bytes'), rule);
  });

  it('has a row in policies/00-default.yaml for each rule that can be set, which says its every default', () => {
    const document = readYaml('p.yaml', readFileSync('policies/00-default.yaml', 'utf8'));
    assert.ok('value' in document);
    const file = validateYaml(policySchema, document);
    assert.ok(file.ok);
    const defaults = SETTABLE_RULES.map((rule) => {
      const { codes, ...others } = SETTABLE[rule].defaults as { codes?: object };
      return [rule, { ...others, ...(isDeepStrictEqual(codes ?? {}, {}) ? {} : { codes }) }];
    });
    assert.deepEqual(file.value.rules, Object.fromEntries(defaults));
  });

  it('has the rules that can be set in its own order in the list of rules and in the JSON Schema', () => {
    const schema = JSON.parse(readFileSync('schema/policy.schema.json', 'utf8'));
    const { rules, waivers } = schema.properties;
    assert.deepEqual(Object.keys(SETTABLE), SETTABLE_RULES);
    assert.deepEqual(Object.keys(rules.properties), SETTABLE_RULES);
    assert.deepEqual(waivers.items.properties.rule.enum, RULES);
  });
});
