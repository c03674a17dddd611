import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../src/domain/finding.js';
import type { ProjectGlob } from '../../src/domain/project-glob.js';
import { parseSpecifier } from '../../src/domain/version.js';
import { denied } from '../../src/policy/rules/deny.js';
import {
  brief,
  caseOf,
  DAY,
  digest,
  hookFinding,
  inspection,
  NOW,
  policyOf,
  problemsIn,
  subject,
} from './support.js';

const bad = inspection([hookFinding()]);

describe('a verdict', () => {
  it('names the strongest rule and keeps what the others said', () => {
    const policy = policyOf(`
rules: { cooldown: { action: block }, yanked: { action: warn } }
deny: [{ project: demo, reason: no }]`);
    const verdict = policy.evaluate(caseOf(subject({ uploadTime: NOW, yanked: true }), bad, NOW));
    assert.equal(brief(verdict), 'block deny');
    assert.deepEqual(
      verdict.hits.map((hit) => `${hit.rule} ${hit.action}`),
      ['deny block', 'startup-hook block', 'yanked warn', 'cooldown block'],
    );
  });
  it('that warns does not hide a block further down', () => {
    const policy = policyOf(`
rules: { deny: { action: warn }, cooldown: { action: block } }
deny: [{ project: demo, reason: no }]`);
    assert.equal(
      brief(policy.evaluate(caseOf(subject({ uploadTime: NOW }), undefined, NOW))),
      'block cooldown',
    );
    assert.equal(brief(policy.evaluate(caseOf(subject(), undefined, NOW))), 'warn deny');
  });
  it('of a rule that throws refuses, even where the rule would only warn', () => {
    const policy = policyOf('rules: { archive: { action: warn } }');
    const broken = { ...inspection(), findings: null as never };
    const verdict = policy.evaluate(caseOf(subject(), broken, NOW));
    assert.equal(verdict.outcome, 'block');
    assert.match(verdict.hits.find((hit) => hit.rule === 'archive')!.reason, /the rule failed on/);
  });
  it('never has a line break or a control character in its reason', () => {
    const policy = policyOf(
      'deny: [{ project: demo, reason: "a\\r\\nb\\u2028c\\u202ed\\u0000e" }]',
    );
    const { reason } = policy.evaluate(caseOf(subject(), undefined, NOW)).decisive!;
    assert.equal(reason, 'demo is denied: a b c d e (deny)');
  });
});

describe('the action of one code', () => {
  const recordFinding = (code: string) =>
    ({ code, rule: 'record', detail: `${code} was seen` }) as const;
  const [absent, unlisted] = [recordFinding('record-absent'), recordFinding('record-unlisted')];
  const judge = (text: string, ...findings: Finding[]) =>
    policyOf(text).evaluate(caseOf(subject(), inspection(findings), NOW));

  it('is to warn for what the shipped policy finds harmless', () => {
    const verdict = judge('', absent);
    assert.equal(brief(verdict), 'warn record');
    assert.deepEqual(
      verdict.hits.map(({ rule, action, reason }) => ({ rule, action, reason })),
      [{ rule: 'record', action: 'warn', reason: 'record-absent was seen (record)' }],
    );
    assert.equal(brief(judge('', recordFinding('record-wheel-file'))), 'warn record');
  });
  it('does not soften another finding of the rule, which is the reason then', () => {
    const verdict = judge('', absent, unlisted, absent);
    assert.equal(brief(verdict), 'block record');
    assert.equal(verdict.decisive!.reason, 'record-unlisted was seen (record)');
  });
  it('is what the policy sets, code by code over all files', () => {
    const strict = 'rules: { record: { action: block, codes: { record-absent: block } } }';
    assert.equal(brief(judge(strict, absent)), 'block record');
    const soft = 'rules: { record: { action: block, codes: { record-unlisted: warn } } }';
    assert.equal(brief(judge(soft, unlisted, absent)), 'warn record');
    const both = policyOf(strict, soft);
    const look = (finding: Finding) =>
      brief(both.evaluate(caseOf(subject(), inspection([finding]), NOW)));
    assert.deepEqual([look(absent), look(unlisted)], ['block record', 'warn record']);
    const silent = 'rules: { record: { action: block, codes: { record-absent: off } } }';
    assert.equal(brief(judge(silent, absent)), 'allow');
    assert.equal(
      judge(silent, absent, unlisted).decisive!.reason,
      'record-unlisted was seen (record)',
    );
  });
  it('may refuse under a rule that warns, and says nothing under one that is off', () => {
    const mixed = 'rules: { record: { action: warn, codes: { record-unlisted: block } } }';
    assert.equal(brief(judge(mixed, unlisted)), 'block record');
    assert.equal(brief(judge(mixed, recordFinding('record-path'))), 'warn record');
    const off = 'rules: { record: { action: off, codes: { record-unlisted: block } } }';
    assert.equal(brief(judge(off, unlisted)), 'allow');
  });
  it('holds for start-up hooks, archives and metadata too', () => {
    const hooks = 'rules: { startup-hook: { action: block, codes: { pth-executable: warn } } }';
    assert.equal(brief(judge(hooks, hookFinding())), 'warn startup-hook');
    const archives = 'rules: { archive: { action: block, codes: { zip-comment: warn } } }';
    const comment = { code: 'zip-comment', rule: 'archive', detail: 'd' } as const;
    assert.equal(brief(judge(archives, comment)), 'warn archive');
    const names = 'rules: { metadata: { action: block, codes: { metadata-name: warn } } }';
    const name = { code: 'metadata-name', rule: 'metadata', detail: 'd' } as const;
    assert.equal(brief(judge(names, name)), 'warn metadata');
  });
  it('of METADATA that only warns does not hide a sidecar of another content', () => {
    const names = 'rules: { metadata: { action: block, codes: { metadata-name: warn } } }';
    const found = {
      ...inspection([{ code: 'metadata-name', rule: 'metadata', detail: 'd' }]),
      metadataSha256: digest('c'),
    };
    const other = subject({ declaredMetadata: digest('d') });
    assert.equal(brief(policyOf(names).evaluate(caseOf(other, found, NOW))), 'block metadata');
  });
  it('plays no part where the rule is waived, or in dry-run', () => {
    const waived = `waivers: [{ rule: record, project: demo, versions: "==1.0", reason: r, owner: o, expires: 2026-12-01 }]`;
    assert.equal(brief(judge(waived, absent, unlisted)), 'allow');
    const dry = judge('mode: dry-run', absent);
    assert.equal(brief(dry), 'warn record');
    assert.equal(dry.decisive!.dryRun, undefined);
    assert.equal(judge('mode: dry-run', unlisted).decisive!.dryRun, true);
  });
});

describe('scopes', () => {
  const policy = policyOf(
    'rules: { startup-hook: { action: block, upstreams: [pypi], projects: ["demo*"], exempt: [demo-x] } }',
  );
  const judge = (changes: Parameters<typeof subject>[0]) =>
    brief(policy.evaluate(caseOf(subject(changes), bad, NOW)));
  it('narrow a rule by upstream and by project', () => {
    assert.equal(judge({}), 'block startup-hook');
    assert.equal(judge({ upstream: 'internal' }), 'allow');
    assert.equal(judge({ project: 'else' }), 'allow');
    assert.equal(judge({ project: 'demo-x' }), 'allow');
    assert.equal(judge({ project: 'demo-y' }), 'block startup-hook');
  });
});

describe('dry-run', () => {
  it('of the whole lets through what it says it would refuse', () => {
    const verdict = policyOf('mode: dry-run').evaluate(caseOf(subject(), bad, NOW));
    assert.equal(brief(verdict), 'warn startup-hook');
    assert.deepEqual([verdict.decisive!.action, verdict.decisive!.dryRun], ['block', true]);
  });
  it('of one rule leaves the others in force', () => {
    const policy = policyOf('rules: { cooldown: { action: block, mode: dry-run } }');
    assert.equal(
      brief(policy.evaluate(caseOf(subject({ uploadTime: NOW }), undefined, NOW))),
      'warn cooldown',
    );
    assert.equal(
      brief(policy.evaluate(caseOf(subject({ uploadTime: NOW }), bad, NOW))),
      'block startup-hook',
    );
  });
  it('of the whole can be left by one rule', () => {
    const policy = policyOf(
      'mode: dry-run\nrules: { startup-hook: { action: block, mode: enforce } }',
    );
    assert.equal(brief(policy.evaluate(caseOf(subject(), bad, NOW))), 'block startup-hook');
  });
});

describe('waivers', () => {
  const waiver = (changes = '') =>
    `{ rule: startup-hook, project: demo, versions: "==1.0", reason: needed, owner: ops, expires: 2026-12-01${changes} }`;
  const end = Date.parse('2026-12-02T00:00:00Z');
  const policy = policyOf(`waivers: [${waiver()}]`);
  it('lift their rule until the end of their last day', () => {
    const verdict = policy.evaluate(caseOf(subject(), bad, NOW));
    assert.equal(brief(verdict), 'allow');
    assert.deepEqual(verdict.hits[0]!.waiver, { owner: 'ops', reason: 'needed', expires: end });
    assert.equal(verdict.validUntil, end);
    assert.equal(brief(policy.evaluate(caseOf(subject(), bad, end - 1))), 'allow');
    const after = policy.evaluate(caseOf(subject(), bad, end));
    assert.equal(brief(after), 'block startup-hook');
    assert.equal(after.validUntil, Number.POSITIVE_INFINITY);
  });
  it('are for one project, some versions and one rule', () => {
    assert.equal(
      brief(policy.evaluate(caseOf(subject({ project: 'x' }), bad, NOW))),
      'block startup-hook',
    );
    assert.equal(
      brief(policy.evaluate(caseOf(subject({ version: '1.1' }), bad, NOW))),
      'block startup-hook',
    );
    const other = inspection([hookFinding(), hookFinding({ rule: 'archive' })]);
    assert.equal(brief(policy.evaluate(caseOf(subject(), other, NOW))), 'block archive');
  });
  it('do not cover a file whose version cannot be read', () => {
    const unknown = subject({ version: undefined, filename: 'demo-x.zip' });
    assert.equal(brief(policy.evaluate(caseOf(unknown, bad, NOW))), 'block startup-hook');
  });
  it('take an instant with its offset', () => {
    const exact = policyOf(
      `waivers: [${waiver().replace('2026-12-01', '"2026-11-20T14:00+01:00"')}]`,
    );
    const until = Date.parse('2026-11-20T13:00:00Z');
    assert.equal(exact.evaluate(caseOf(subject(), bad, NOW)).validUntil, until);
    assert.equal(brief(exact.evaluate(caseOf(subject(), bad, until))), 'block startup-hook');
  });
  it('that overlap count to the last day of the longest', () => {
    const both = policyOf(
      `waivers: [${waiver()}, ${waiver().replace('12-01', '12-05')}, ${waiver().replace('12-01', '11-25')}]`,
    );
    assert.equal(both.evaluate(caseOf(subject(), bad, NOW)).validUntil, end + 4 * DAY);
  });
  it('cannot be had for integrity without the digest of the new bytes', () => {
    assert.match(
      problemsIn(`waivers: [${waiver().replace('startup-hook', 'integrity')}]`)[0]!,
      /a waiver of integrity requires "sha256"/,
    );
  });
});

describe('many denials', () => {
  const count = 10_000;
  const denials = Array.from({ length: count }, (_, index) => ({
    project: `project-${index % (count / 2)}` as ProjectGlob,
    versions: `==1.${index}`,
    reason: 'no',
  }));
  it('cost as many comparisons as the project itself has', () => {
    let compared = 0;
    const judge = denied(denials, (text) => {
      const { matches } = parseSpecifier(text);
      return {
        text,
        matches: (version) => {
          compared++;
          return matches(version);
        },
      };
    });
    const judged = (project: string, version: string) =>
      judge(caseOf(subject({ project, version }), undefined, NOW));
    assert.equal(judged('elsewhere', '1.0'), undefined);
    assert.equal(compared, 0);
    assert.equal(judged('project-7', '1.0'), undefined);
    assert.ok(judged('project-7', '1.7'));
    assert.ok(compared <= 4, `${compared} comparisons`);
  });
  it('look at the members of an artifact once', () => {
    const judge = denied([{ sha256: digest('c'), reason: 'no' }]);
    const seen = inspection([], [digest('1')]);
    let reads = 0;
    const counted = Object.defineProperty({ ...seen }, 'memberDigests', {
      get: () => {
        reads++;
        return seen.memberDigests;
      },
    });
    for (let time = 0; time < 100; time++)
      assert.equal(judge(caseOf(subject(), counted, NOW)), undefined);
    assert.equal(reads, 1);
  });
});
