import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { unknownKey } from '../../src/messages/settings.js';
import { checkPolicies } from '../../src/policy/check.js';
import { loadPolicy } from '../../src/policy/load.js';
import { shippedPolicies } from '../../src/policy/shipped.js';
import { formatProblem } from '../../src/yaml/problem.js';
import { saying } from '../support/messages.js';
import {
  brief,
  caseOf,
  folder,
  hookFinding,
  inspection,
  NOW,
  policyOf,
  subject,
} from './support.js';

const load = (...paths: string[]) => loadPolicy(paths, { now: NOW });
const texts = (problems: readonly Parameters<typeof formatProblem>[0][], root: string) =>
  problems.map((problem) => formatProblem(problem).replaceAll(`${root}/`, ''));

describe('the shipped policies', () => {
  it('are sound, and block what they must by default', async () => {
    const { policy, problems, warnings } = await load();
    assert.deepEqual([problems, warnings], [[], []]);
    const judge = (project: string, version: string) =>
      brief(policy!.evaluate(caseOf(subject({ project, version }), undefined, NOW)));
    for (const [project, versions] of Object.entries({
      'elementary-data': ['0.23.3'],
      litellm: ['1.82.7', '1.82.8'],
      telnyx: ['4.87.1', '4.87.2'],
      ultralytics: ['8.3.41', '8.3.42', '8.3.45', '8.3.46'],
      num2words: ['0.5.15', '0.5.16'],
      gpsea: ['0.9.14'],
      pyphetools: ['0.9.120'],
      embiggen: ['0.11.97'],
      ppkt2synergy: ['0.1.1'],
      'phenopacket-store-toolkit': ['0.1.7'],
      lightning: ['2.6.2', '2.6.3'],
      mistralai: ['2.4.6'],
      xinference: ['2.6.0', '2.6.1', '2.6.2'],
    })) {
      for (const version of versions) assert.equal(judge(project, version), 'block deny', project);
      assert.equal(judge(project, '0.0.1'), 'allow', project);
    }
    assert.equal(
      brief(policy!.evaluate(caseOf(subject(), inspection([hookFinding()]), NOW))),
      'block startup-hook',
    );
  });
  it('refuse the two payloads by content, in any project', async () => {
    const { policy } = await load();
    for (const sha256 of [
      '71e35aef03099cd1f2d6446734273025a163597de93912df321ef118bf135238',
      'a0d229be8efcb2f9135e2ad55ba275b76ddcfeb55fa4370e0a522a5bdee0120b',
    ])
      assert.equal(
        brief(policy!.evaluate(caseOf(subject(), inspection([], [sha256 as never]), NOW))),
        'block deny',
      );
  });
  it("let setuptools' own hook pass, and nobody else's copy of it", async () => {
    const { policy } = await load();
    const finding = hookFinding({
      landing: 'distutils-precedence.pth',
      sha256: '2638ce9e2500e572a5e0de7faed6661eb569d1b696fcba07b0dd223da5f5d224' as never,
    });
    const judge = (project: string) =>
      brief(policy!.evaluate(caseOf(subject({ project }), inspection([finding]), NOW)));
    assert.equal(judge('setuptools'), 'allow');
    assert.equal(judge('setup-tools'), 'block startup-hook');
  });
  it('say in 00-default.yaml what holds without it', async () => {
    const text = readFileSync(join(shippedPolicies(), '00-default.yaml'), 'utf8');
    assert.equal(policyOf(text).revision, policyOf('').revision);
  });
  it('point editors at the schema, and the examples are sound', async () => {
    const strict = join(shippedPolicies(), 'examples', 'strict.yaml');
    const { policy, problems } = await load(strict);
    assert.deepEqual(problems, []);
    assert.equal(
      brief(policy!.evaluate(caseOf(subject({ uploadTime: NOW }), undefined, NOW))),
      'block cooldown',
    );
    for (const name of ['00-default.yaml', '10-known-malware.yaml', '20-known-good-hooks.yaml'])
      assert.match(
        readFileSync(join(shippedPolicies(), name), 'utf8'),
        /^# yaml-language-server: \$schema=\.\.\/schema\/policy\.schema\.json\n/,
      );
  });
});

describe('a folder of policies', () => {
  it('is merged in name order over the shipped ones', async () => {
    const own = folder({
      '10-a.yaml':
        'rules: { cooldown: { action: block, age: 2d, index: hide } }\ndeny: [{ project: x, reason: r }]',
      '20-b.yml': 'rules: { cooldown: { action: warn } }\ndeny: [{ project: y, reason: r }]',
      'notes.txt': 'not: [a policy',
      '.hidden.yaml': 'not: [a policy',
    });
    mkdirSync(join(own, 'sub'));
    const { policy, meaning } = await load(own);
    const { action, age, index } = meaning!.rules.cooldown;
    assert.deepEqual([action, age, index], ['warn', 2 * 86_400_000, 'hide']);
    for (const project of ['x', 'y'])
      assert.equal(
        brief(policy!.evaluate(caseOf(subject({ project }), undefined, NOW))),
        'block deny',
      );
    assert.equal(
      brief(
        policy!.evaluate(
          caseOf(subject({ project: 'mistralai', version: '2.4.6' }), undefined, NOW),
        ),
      ),
      'block deny',
    );
  });
  it('can do without the shipped ones, and is told what that means', async () => {
    const own = folder({ 'a.yaml': 'base: none' });
    const { policy, warnings } = await load(own);
    assert.equal(
      brief(
        policy!.evaluate(
          caseOf(subject({ project: 'mistralai', version: '2.4.6' }), undefined, NOW),
        ),
      ),
      'allow',
    );
    assert.deepEqual(texts(warnings, own), [
      'a.yaml:1:7: the shipped denials and known-good hooks are not loaded',
    ]);
    assert.equal(
      brief(policy!.evaluate(caseOf(subject(), inspection([hookFinding()]), NOW))),
      'block startup-hook',
    );
  });
  it('reports every problem of every file, and gives no policy', async () => {
    const own = folder({
      'a.yaml': 'mode: off\nmoed: x\n',
      'b.yaml': 'deny: [',
      'c.yaml': Buffer.from([0x64, 0xff, 0xfe]),
      'd.yaml': 'deny: [{ project: x, reason: r }]',
    });
    symlinkSync('nowhere', join(own, 'e.yaml'));
    const { policy, problems } = await load(own);
    assert.equal(policy, undefined);
    const lines = texts(problems, own);
    assert.equal(lines.length, 5);
    assert.match(lines[0]!, /^a\.yaml:1:7: expected one of/);
    assert.match(lines[1]!, saying(`a.yaml:2:1: ${unknownKey('moed', 'mode')}`));
    assert.match(lines[2]!, /^b\.yaml:\d+:\d+: not YAML/);
    assert.equal(lines[3], 'c.yaml: not UTF-8 text');
    assert.equal(lines[4], 'e.yaml: no such file or folder');
  });
  it('that is not there or empty is a problem, not a policy without denials', async () => {
    const empty = folder();
    assert.match((await load(empty)).problems[0]!.message, /no policy file/);
    assert.match((await load(join(empty, 'x'))).problems[0]!.message, /no such file or folder/);
  });
  it('that is the shipped one itself counts once', async () => {
    assert.equal((await load(shippedPolicies())).policy!.revision, (await load()).policy!.revision);
    assert.equal(
      (await load(shippedPolicies())).meaning!.deny.length,
      (await load()).meaning!.deny.length,
    );
  });
});

describe('the revision', () => {
  it('is the same for the same meaning', () => {
    const a = policyOf('deny: [{ project: A_b, reason: r }, { project: c, reason: r }]');
    const b = policyOf(
      'deny: [{ reason: r, project: c }]',
      'deny: [{ reason: "r", project: a-b }]',
    );
    assert.equal(a.revision, b.revision);
    assert.match(a.revision, /^[0-9a-f]{12}$/);
  });
  it('changes with the meaning', () => {
    const revisions = [
      '',
      'mode: dry-run',
      'deny: [{ project: c, reason: r }]',
      'deny: [{ project: c, reason: s }]',
      'rules: { cooldown: { action: off, age: 4d } }',
    ].map((text) => policyOf(text).revision);
    assert.equal(new Set(revisions).size, revisions.length);
  });
});

describe('checkPolicies', () => {
  const waiver = (expires: string) =>
    `- { rule: deny, project: a, versions: "==1", reason: r, owner: o, expires: ${expires} }`;
  it('warns of waivers that expired or soon will, and counts', async () => {
    const own = folder({
      'w.yaml': `waivers:\n${['2026-11-19', '2026-11-20', '2026-12-24'].map((day) => `  ${waiver(day)}`).join('\n')}\n`,
    });
    const { problems, warnings, summary } = await checkPolicies([own], { now: NOW });
    assert.deepEqual(problems, []);
    assert.deepEqual(texts(warnings, own), [
      'w.yaml:2:78: the waiver of deny for a ==1 (owner: o) expired 2026-11-19 and has no effect',
      'w.yaml:3:78: the waiver of deny for a ==1 (owner: o) expires 2026-11-20',
    ]);
    assert.deepEqual(summary!.waivers, { active: 1, expiring: 1, expired: 1 });
    assert.ok(summary!.deny >= 24 && summary!.hooks >= 5);
    assert.equal(summary!.rules['startup-hook']!.action, 'block');
  });
  it('names a waiver that expires too late beside what else is wrong, in its own file and in others', async () => {
    const own = folder({
      'a.yaml': `waivers:\n  ${waiver('2027-12-24')}\nmode: never\n`,
      'b.yaml': `waiver-max: 30d\nwaivers:\n  ${waiver('2026-12-29')}\n  ${waiver('2026-12-01')}\ndeny: 5\n`,
    });
    const { problems } = await checkPolicies([own], { now: NOW });
    const told = texts(problems, own);
    assert.equal(told.length, 4, told.join('\n'));
    for (const start of ['a.yaml:3:', 'a.yaml:2:', 'b.yaml:3:', 'b.yaml:5:'])
      assert.equal(told.filter((text) => text.startsWith(start)).length, 1, told.join('\n'));
  });
  it('warns of === with a text that is no normal form: no version has it', async () => {
    const own = folder({
      'a.yaml':
        'deny:\n  - { project: a, versions: "===v1.0", reason: r }\n  - { project: a, versions: "===1.0", reason: r }\n',
    });
    const { problems, warnings } = await checkPolicies([own], { now: NOW });
    assert.deepEqual(problems, []);
    assert.deepEqual(texts(warnings, own), [
      'a.yaml:2:29: no version matches ===v1.0: === compares strings; use ==',
    ]);
  });
  it('refuses a waiver beyond waiver-max', async () => {
    const check = async (text: string) =>
      (await checkPolicies([folder({ 'w.yaml': text })], { now: NOW })).problems.length;
    assert.equal(await check(`waivers:\n  ${waiver('2027-02-18')}`), 0);
    assert.equal(await check(`waivers:\n  ${waiver('2027-02-20')}`), 1);
    assert.equal(await check(`waiver-max: 52w\nwaivers:\n  ${waiver('2027-02-20')}`), 0);
    assert.equal(await check(`waiver-max: 7d\nwaivers:\n  ${waiver('2026-12-24')}`), 1);
  });
  it('warns of an upstream that is not configured, where it knows them', async () => {
    const own = folder({ 'u.yaml': 'rules: { archive: { action: block, upstreams: [pypy] } }' });
    const check = async (upstreams?: string[]) =>
      texts(
        (await checkPolicies([own], { now: NOW, ...(upstreams && { upstreams }) })).warnings,
        own,
      );
    assert.deepEqual(await check(['pypi']), [
      'u.yaml:1:48: no upstream is named "pypy" (did you mean "pypi"?); the rule archive does not apply to it',
    ]);
    assert.deepEqual(await check(['pypy']), []);
    assert.deepEqual(await check(), []);
  });
  it('warns of security fixes that no feed can name, where it knows that there is no feed', async () => {
    const check = async (cooldown: string, hasFeed?: boolean) => {
      const own = folder({ 'c.yaml': `rules: { cooldown: ${cooldown} }` });
      const options = { now: NOW, ...(hasFeed !== undefined && { hasFeed }) };
      return (await checkPolicies([own], options)).warnings.map(({ line, message }) => ({
        line,
        message,
      }));
    };
    const fixes = '{ action: block, security-fixes: allow }';
    const [warning, ...others] = await check(fixes, false);
    assert.match(warning!.message, /^security-fixes: allow has no effect: no malware feed/);
    assert.equal(warning!.line, 1);
    assert.deepEqual(others, []);
    assert.deepEqual(await check(fixes, true), []);
    assert.deepEqual(await check(fixes), []);
    assert.deepEqual(await check('{ action: block }', false), []);
    assert.deepEqual(await check('{ action: off, security-fixes: allow }', false), []);
  });
});
