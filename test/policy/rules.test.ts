import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Sha256 } from '../../src/domain/digest.js';
import { noStrongDigest } from '../../src/messages/reasons.js';
import { ANY, saying } from '../support/messages.js';
import {
  brief,
  caseOf,
  DAY,
  digest,
  HOUR,
  hookFinding,
  inspection,
  NOW,
  policyOf,
  subject,
} from './support.js';

type About = Parameters<typeof subject>[0];

describe('integrity', () => {
  it('refuses a file without a declared sha256, whatever the policy says', () => {
    const lax = policyOf('mode: dry-run');
    const verdict = lax.evaluate(caseOf(subject({ sha256: undefined }), undefined, NOW));
    assert.equal(brief(verdict), 'block integrity');
    assert.match(verdict.decisive!.reason, saying(noStrongDigest(`demo-1.0-${ANY}`)));
    assert.equal(brief(lax.evaluate(caseOf(subject(), undefined, NOW))), 'allow');
  });
});

describe('deny', () => {
  const policy = policyOf(`
deny:
  - { project: Elementary_Data, versions: "==0.23.3", reason: "runs a stealer", reference: MAL-2026-3083 }
  - { project: "acme.*", reason: "ours are internal" }
  - { sha256: ${digest('C')}, reason: "bad bytes" }
`);
  const judge = (about: About, seen?: ReturnType<typeof inspection>) =>
    policy.evaluate(caseOf(subject(about), seen, NOW));
  it('refuses the version in any spelling, and says why', () => {
    for (const version of ['0.23.3', '0.23.3.0', '0.23.3+local'])
      assert.equal(brief(judge({ project: 'elementary-data', version })), 'block deny', version);
    const { decisive } = judge({ project: 'elementary-data', version: '0.23.3' });
    assert.equal(decisive!.reason, 'elementary-data 0.23.3 is denied: runs a stealer (deny)');
    assert.equal(decisive!.reference, 'MAL-2026-3083');
  });
  it('lets other versions and projects pass', () => {
    assert.equal(brief(judge({ project: 'elementary-data', version: '0.23.4' })), 'allow');
    assert.equal(brief(judge({ project: 'elementary', version: '0.23.3' })), 'allow');
  });
  it('refuses a file whose version cannot be read: it could be the one', () => {
    const unreadable = { version: undefined, filename: 'elementary-data-x.zip' };
    const verdict = judge({ ...unreadable, project: 'elementary-data' });
    assert.equal(brief(verdict), 'block deny');
    assert.match(verdict.decisive!.reason, /elementary-data-x\.zip has no valid version/);
    assert.equal(brief(judge({ ...unreadable, project: 'other' })), 'allow');
  });
  it('takes patterns', () => {
    assert.equal(brief(judge({ project: 'acme-tools' })), 'block deny');
    assert.equal(brief(judge({ project: 'acme' })), 'allow');
  });
  it('names contents: an artifact, a member, a finding', () => {
    assert.equal(brief(judge({ sha256: digest('c') })), 'block deny');
    assert.equal(brief(judge({}, inspection([], [digest('1'), digest('c')]))), 'block deny');
    const seen = inspection([hookFinding({ sha256: digest('c') })]);
    assert.equal(brief(judge({}, seen)), 'block deny');
    assert.equal(brief(judge({}, inspection([], [digest('1'), digest('d')]))), 'allow');
  });
  it('compares eight bytes of a member, not four', () => {
    const sibling = `${'c'.repeat(8)}${'d'.repeat(56)}` as Sha256;
    assert.equal(brief(judge({}, inspection([], [sibling]))), 'allow');
  });
  it('refuses where the member digests are damaged', () => {
    const seen = { ...inspection(), memberDigests: 'AAAA' };
    assert.match(judge({}, seen).decisive!.reason, /rule failed .* damaged \(deny\)$/);
  });
});

describe('findings', () => {
  const policy = policyOf(`
rules: { record: { action: warn }, metadata: { action: off } }
hooks: [{ project: Honest, file: evil.pth, sha256: [${digest('b')}] }]
`);
  const judge = (about: About, ...findings: ReturnType<typeof hookFinding>[]) =>
    policy.evaluate(caseOf(subject(about), inspection(findings), NOW));
  const finding = (rule: 'archive' | 'record' | 'metadata') =>
    hookFinding({ rule, code: 'x', detail: `${rule} is odd` });

  it('refuse, warn or are silent as their rule says', () => {
    assert.equal(brief(judge({}, finding('archive'))), 'block archive');
    assert.equal(brief(judge({}, finding('record'))), 'warn record');
    assert.equal(brief(judge({}, finding('metadata'))), 'allow');
    assert.equal(brief(judge({})), 'allow');
  });
  it('are not there before the bytes were seen', () => {
    assert.equal(brief(policy.evaluate(caseOf(subject(), undefined, NOW))), 'allow');
  });
  it('name the first and count the others', () => {
    const { decisive } = judge(
      {},
      hookFinding(),
      hookFinding({ member: 'b.pth', landing: 'b.pth' }),
    );
    assert.equal(
      decisive!.reason,
      'evil.pth would run code at every Python start-up, and 1 more (startup-hook)',
    );
  });
  it('of an honest hook count for nothing: project, file and content must agree', () => {
    assert.equal(brief(judge({ project: 'honest' }, hookFinding())), 'allow');
    for (const [about, changes] of [
      [{ project: 'other' }, {}],
      [{ project: 'honest' }, { landing: 'else.pth' }],
      [{ project: 'honest' }, { sha256: digest('d') }],
      [{ project: 'honest' }, { sha256: undefined }],
    ] as [About, object][])
      assert.equal(brief(judge(about, hookFinding(changes))), 'block startup-hook');
  });
  it('of an honest hook beside a dishonest one still refuse', () => {
    const other = hookFinding({ sha256: digest('e'), landing: 'x.pth', detail: 'x.pth runs code' });
    const verdict = judge({ project: 'honest' }, hookFinding(), other);
    assert.equal(verdict.decisive!.reason, 'x.pth runs code (startup-hook)');
  });
  it('of an honest hook in an sdist are found by the name of the file', () => {
    const inTree = hookFinding({ landing: undefined, member: 'honest-1.0/src/evil.pth' });
    assert.equal(brief(judge({ project: 'honest' }, inTree)), 'allow');
  });
  it('of a known generator pass, unless the policy trusts none', () => {
    const generated = hookFinding({ template: 'setuptools-nspkg' });
    assert.equal(brief(judge({}, generated)), 'allow');
    assert.equal(brief(judge({}, { ...generated, template: 'else' })), 'block startup-hook');
    assert.equal(brief(judge({}, { ...generated, code: 'start-file' })), 'block startup-hook');
    const strict = policyOf('rules: { startup-hook: { action: block, templates: [] } }');
    assert.equal(
      brief(strict.evaluate(caseOf(subject(), inspection([generated]), NOW))),
      'block startup-hook',
    );
  });
});

describe('allow', () => {
  const policy = policyOf('allow: [{ project: "acme-*" }, { project: numpy }]');
  it('serves only what is on the list', () => {
    assert.equal(
      brief(policy.evaluate(caseOf(subject({ project: 'acme-x' }), undefined, NOW))),
      'allow',
    );
    assert.equal(
      brief(policy.evaluate(caseOf(subject({ project: 'numpy' }), undefined, NOW))),
      'allow',
    );
    const verdict = policy.evaluate(caseOf(subject({ project: 'numpy-x' }), undefined, NOW));
    assert.equal(brief(verdict), 'block allow');
    assert.equal(verdict.decisive!.reason, 'numpy-x is not on the allow list (allow)');
  });
  it('says nothing where there is no list', () => {
    assert.equal(brief(policyOf('').evaluate(caseOf(subject(), undefined, NOW))), 'allow');
  });
});

describe('sdist', () => {
  const about: About = { kind: 'sdist', filename: 'demo-1.0.tar.gz' };
  it('is off by default, and refuses sources where it is on', () => {
    const on = policyOf('rules: { sdist: { action: block } }');
    assert.equal(brief(policyOf('').evaluate(caseOf(subject(about), undefined, NOW))), 'allow');
    assert.equal(brief(on.evaluate(caseOf(subject(about), undefined, NOW))), 'block sdist');
    assert.equal(brief(on.evaluate(caseOf(subject(), undefined, NOW))), 'allow');
  });
  it('can let a source pass where there is no wheel', () => {
    const policy = policyOf('rules: { sdist: { action: block, when: wheel-exists } }');
    const judge = (hasWheel: boolean) =>
      brief(policy.evaluate(caseOf(subject({ ...about, hasWheel }), undefined, NOW)));
    assert.equal(judge(true), 'block sdist');
    assert.equal(judge(false), 'allow');
  });
});

describe('yanked', () => {
  const policy = policyOf('rules: { yanked: { action: block, index: hide } }');
  it('refuses what upstream yanked, with its reason on one line', () => {
    const verdict = policy.evaluate(
      caseOf(subject({ yanked: 'broken\r\nX-Evil: 1' }), undefined, NOW),
    );
    assert.equal(
      verdict.decisive!.reason,
      'demo 1.0 was yanked upstream: broken X-Evil: 1 (yanked)',
    );
    assert.equal(verdict.decisive!.index, 'hide');
    const bare = policy.evaluate(caseOf(subject({ yanked: true }), undefined, NOW));
    assert.equal(bare.decisive!.reason, 'demo 1.0 was yanked upstream (yanked)');
  });
  it('passes the others', () => {
    assert.equal(brief(policy.evaluate(caseOf(subject(), undefined, NOW))), 'allow');
  });
});

describe('status', () => {
  const policy = policyOf('rules: { status: { action: block, refuse: [archived] } }');
  const judge = (status?: { status: string; reason?: string }) =>
    policy.evaluate(caseOf(subject({ status }), undefined, NOW));
  it('refuses the statuses that it names', () => {
    assert.equal(
      judge({ status: 'archived', reason: 'use demo2' }).decisive!.reason,
      'demo is archived at its index: use demo2 (status)',
    );
  });
  it('passes the others', () => {
    for (const status of ['active', 'deprecated', 'quarantined'])
      assert.equal(brief(judge({ status })), 'allow', status);
    assert.equal(brief(judge()), 'allow');
  });
});

describe('cooldown', () => {
  const policy = policyOf('rules: { cooldown: { action: block, age: 3d, exempt: ["acme-*"] } }');
  const judge = (about: About, now = NOW) =>
    policy.evaluate(caseOf(subject(about), undefined, now));
  it('refuses a young file, says until when, and ends to the millisecond', () => {
    const about = { uploadTime: NOW - 5 * HOUR };
    const until = NOW - 5 * HOUR + 3 * DAY;
    const verdict = judge(about);
    assert.equal(
      verdict.decisive!.reason,
      'demo 1.0 was uploaded 2026-11-20 07:00 UTC and is in cooldown until 2026-11-23 07:00 UTC (cooldown)',
    );
    assert.equal(verdict.decisive!.until, until);
    assert.equal(verdict.validUntil, until);
    assert.equal(brief(judge(about, until - 1)), 'block cooldown');
    assert.equal(brief(judge(about, until)), 'allow');
    assert.equal(judge(about, until).validUntil, Number.POSITIVE_INFINITY);
  });
  it('exempts projects', () => {
    assert.equal(brief(judge({ uploadTime: NOW, project: 'acme-tools' })), 'allow');
  });
  it('refuses a missing upload time at a public upstream only', () => {
    assert.equal(brief(judge({ uploadTime: undefined })), 'block cooldown');
    assert.equal(brief(judge({ uploadTime: undefined, publicUpstream: false })), 'allow');
  });
  it('refuses an upload from the future', () => {
    assert.equal(brief(judge({ uploadTime: NOW + 400 * DAY })), 'block cooldown');
  });
  it('takes hours and weeks', () => {
    const hours = policyOf('rules: { cooldown: { action: block, age: 12h } }');
    const weeks = policyOf('rules: { cooldown: { action: block, age: 2w } }');
    const about = subject({ uploadTime: NOW - DAY });
    assert.equal(brief(hours.evaluate(caseOf(about, undefined, NOW))), 'allow');
    assert.equal(brief(weeks.evaluate(caseOf(about, undefined, NOW))), 'block cooldown');
  });
});
