import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { checkPolicies } from '../../src/policy/check.js';
import { buildWheel } from '../support/distributions.js';
import { ask, startGate, type TestGate } from '../support/wheelgate.js';

const PUBLIC = 'https://wg.example/below';
const HOOK = `import os;exec("${'QUJD'.repeat(1_000)}")`;
const bad = buildWheel({
  name: 'hooked',
  version: '1.1',
  files: { 'hooked/__init__.py': '', 'hooked.pth': `${HOOK}\n` },
});
const good = buildWheel({ name: 'hooked', version: '1.0' });
const fine = buildWheel({ name: 'fine' });

const file = (name: string, { filename }: { filename: string }) => `/files/${name}/${filename}`;
const page = (name: string, { filename }: { filename: string }) =>
  `/projects/${name}/files/${filename}`;

describe('a refusal', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate({
      config: {
        'public-url': PUBLIC,
        contact: 'platform@example.com',
        'gate.mode': 'hold',
        'dashboard.policy-repository': 'https://git.example/edit/waivers.yaml',
      },
    });
    gate.upstream.addProject('hooked', [bad, good]);
    gate.upstream.addProject('fine', [fine]);
  });
  after(() => gate.close());

  const link = () => `${PUBLIC}/w/${bad.sha256.slice(0, 10)}`;

  it('ends in the link to its page: the phrase, the detail and the member more', async () => {
    const answer = await gate.get(file('hooked', bad));
    assert.equal(answer.status, 403);
    const { detail, more } = answer.json();
    assert.equal(more, link());
    assert.ok(detail.endsWith(` See ${link()}`), detail);
    assert.ok(answer.phrase.endsWith(` See ${link()}`), answer.phrase);
    assert.ok(answer.phrase.length <= 240);
    assert.match(answer.phrase, /platform@example\.com/);
  });

  it('has a link that leads to the page below any path that a front server takes off', async () => {
    const answer = await gate.get(`/w/${bad.sha256.slice(0, 10)}`);
    assert.equal(answer.status, 302);
    const location = new URL(String(answer.headers.location), link());
    assert.equal(location.href, `${PUBLIC}${page('hooked', bad)}?sha256=${bad.sha256}`);
  });

  it('is said in one sentence, with the line that would run and what to do', async () => {
    const { status, body } = await gate.get(page('hooked', bad));
    const text = body.toString();
    assert.equal(status, 200);
    assert.match(text, /Refused<\/strong> by the rule startup-hook: line 1 of hooked\.pth runs/);
    assert.match(text, /import os;exec\(&quot;QUJDQUJD/);
    assert.match(text, /3,506 more bytes/);
    assert.match(text, /pip install hooked==1\.0/);
    assert.match(text, /mailto:platform@example\.com/);
    assert.match(text, /reason: CHANGE-ME\n {4}owner: CHANGE-ME/);
    // Each reason stands beside the name of its rule, which is said once.
    assert.match(text, /Earlier decisions/);
    assert.doesNotMatch(text, /\(startup-hook\)/);
    assert.match(
      text,
      /href="https:\/\/git\.example\/edit\/waivers\.yaml" rel="noreferrer nofollow"/,
    );
    assert.match(text, /href="\.\.\/\.\.\/\.\.\/help\/findings#pth-executable"/);
    assert.ok(text.includes(bad.sha256));
  });

  it('is told to programs in the same words', async () => {
    const answer = (await gate.get(`/api/v1${page('hooked', bad)}`)).json();
    assert.equal(answer.verdict, 'block');
    assert.equal(answer.rule, 'startup-hook');
    assert.match(answer.sentence, /^Refused by the rule startup-hook: line 1 of hooked\.pth/);
    assert.equal(answer.advice.newest.command, 'pip install hooked==1.0');
    const [finding] = answer.findings;
    assert.equal(finding.code, 'pth-executable');
    assert.equal(finding.excerpt.lineLength, HOOK.length);
    assert.equal(answer.history.spans[0].verdict, 'block');
    assert.deepEqual(answer.history.requests, []);
    assert.match((await gate.get('/help/findings')).body.toString(), /id="pth-executable"/);
  });

  it('has a waiver to copy that validates, lifts it, and is warned of until somebody owns it', async () => {
    const { advice } = (await gate.get(`/api/v1${page('hooked', bad)}`)).json();
    const folder = await mkdtemp(join(tmpdir(), 'wheelgate-waiver-'));
    await writeFile(join(folder, 'w.yaml'), advice.waiver);
    const check = await checkPolicies([folder], { now: gate.now });
    await rm(folder, { recursive: true });
    assert.deepEqual(check.problems, []);
    assert.equal(check.summary?.waivers.active, 1);
    assert.equal(check.warnings.filter(({ message }) => /CHANGE-ME/.test(message)).length, 1);
    await gate.writePolicy('w.yaml', advice.waiver);
    const waived = (await gate.get(`/api/v1${page('hooked', bad)}`)).json();
    assert.match(waived.sentence, /^Allowed by a waiver until 2026-11-1\d \(CHANGE-ME/);
    await gate.writePolicy('w.yaml', advice.knownGoodHooks[0]);
    assert.equal((await gate.get(`/api/v1${page('hooked', bad)}`)).json().verdict, 'allow');
    await gate.writePolicy('w.yaml', 'waivers: []');
    assert.equal((await gate.get(`/api/v1${page('hooked', bad)}`)).json().verdict, 'block');
  });

  it('has its page and its link after a restart, and after everything but the log is gone', async () => {
    await gate.restart();
    assert.equal((await gate.get(`/w/${bad.sha256.slice(0, 10)}`)).status, 302);
    const data = join(gate.folder, 'data');
    await gate.restart(async () => {
      for (const name of ['links', 'pages', 'blobs', 'findings'])
        await rm(join(data, name), { recursive: true, force: true });
      gate.upstream.removeProject('hooked');
    });
    const answer = await gate.get(`/w/${bad.sha256.slice(0, 10)}`);
    assert.equal(answer.status, 302, answer.body.toString());
    const { body, status } = await gate.get(page('hooked', bad));
    assert.equal(status, 200);
    assert.match(body.toString(), /These are the stored facts/);
    assert.match(body.toString(), /refused<\/span>/);
    gate.upstream.addProject('hooked', [bad, good]);
  });

  it('has a link that says where the index has another file of that name by now', async () => {
    const old = buildWheel({ name: 'changing', files: { 'changing.pth': 'import os\n' } });
    const now = buildWheel({ name: 'changing' });
    gate.upstream.addProject('changing', [old]);
    assert.equal((await gate.get(file('changing', old))).status, 403);
    const follow = async () => {
      const { headers } = await gate.get(`/w/${old.sha256.slice(0, 10)}`);
      const { pathname, search } = new URL(String(headers.location), link());
      const path = pathname.slice(new URL(PUBLIC).pathname.replace(/\/$/, '').length) + search;
      const json = (await gate.get(`/api/v1${path}`)).json();
      const html = (await gate.get(path)).body.toString();
      return { json, text: html.replace(/<[^>]+>/g, '').replace(/\s+/g, ' ') };
    };
    const before = await follow();
    assert.equal(before.json.changedFrom, undefined);
    assert.match(before.text, /✖ Refused by the rule startup-hook/);
    assert.doesNotMatch(before.text, /has changed/);
    gate.upstream.addProject('changing', [now]);
    gate.now += 3_600_000;
    const after = await follow();
    assert.deepEqual([after.json.changedFrom, after.json.sha256], [old.sha256, now.sha256]);
    assert.equal(after.json.rule, 'integrity');
    assert.ok(
      after.text.includes(
        `▲ The file has changed since. The link names an earlier artifact of this name, with the SHA-256 ${old.sha256}. This page describes the artifact with the SHA-256 ${now.sha256}.`,
      ),
      after.text,
    );
    const without = await gate.get(`/api/v1${page('changing', now)}`);
    assert.equal(without.json().changedFrom, undefined);
  });

  it('has its page after the log is gone, and what it was seen in', async () => {
    gate.now += 3_600_000;
    assert.equal((await gate.get(file('hooked', bad))).status, 403);
    await gate.restart(async () => {
      await rm(join(gate.folder, 'data', 'pages'), { recursive: true, force: true });
      await rm(join(gate.folder, 'data', 'decisions.jsonl'));
      gate.upstream.removeProject('hooked');
    });
    assert.equal((await gate.get(`/w/${bad.sha256.slice(0, 10)}`)).status, 302);
    const { body } = await gate.get(page('hooked', bad));
    assert.match(body.toString(), /Refused<\/strong> by the rule startup-hook/);
    assert.match(body.toString(), /import os;exec/);
  });

  it('has no page where nothing is known of a file', async () => {
    for (const path of [
      '/projects/hooked/files/hooked-9.tar.gz',
      '/projects/hooked/files/',
      '/projects/hooked/files/..%2fx.whl',
      '/projects/hooked/other/hooked-1.1.tar.gz',
      '/w/0123456789',
      '/w/012345678',
      '/w/01234567890123456789',
      '/w/',
    ]) {
      const { status, headers } = await gate.get(path);
      assert.equal(status, 404, path);
      assert.match(String(headers['content-type']), /^text\/html/);
    }
  });

  it('is not what the page of an allowed file says', async () => {
    const before = (await gate.get(page('fine', fine))).body.toString();
    assert.match(before, /Not refused so far<\/strong>: it has not been inspected yet/);
    assert.equal((await gate.get(file('fine', fine))).status, 200);
    const { body } = await gate.get(page('fine', fine));
    assert.match(body.toString(), /Allowed<\/strong> because no rule applies/);
    assert.doesNotMatch(body.toString(), /What you can do/);
  });
});

describe('a refusal of a Wheelgate that nobody has given its URL', () => {
  it('has no link, for a Host header can be forged', async () => {
    const gate = await startGate({ config: { 'gate.mode': 'hold' } });
    try {
      gate.upstream.addProject('hooked', [bad]);
      const answer = await ask(`${gate.url}${file('hooked', bad)}`, { host: 'evil.example' });
      assert.equal(answer.json().more, undefined);
      assert.doesNotMatch(answer.phrase + answer.body, /\/w\/|evil/);
      assert.equal((await gate.get(`/w/${bad.sha256.slice(0, 10)}`)).status, 302);
    } finally {
      await gate.close();
    }
  });
});

describe('who asked for a file', () => {
  for (const [identities, shown] of [
    ['hidden', false],
    ['shown', true],
  ] as const)
    it(`is ${identities} where nobody has to show a token and dashboard.identities says so`, async () => {
      const gate = await startGate({
        config: { 'dashboard.identities': identities, 'gate.mode': 'hold' },
      });
      try {
        gate.upstream.addProject('hooked', [bad]);
        const agent = {
          'user-agent': 'agent-of-somebody',
          authorization: `Basic ${btoa('somebody:x')}`,
        };
        await ask(`${gate.url}${file('hooked', bad)}`, agent);
        for (const path of [page('hooked', bad), `/api/v1${page('hooked', bad)}`]) {
          const text = (await gate.get(path)).body.toString();
          assert.equal(/somebody/.test(text), shown, path);
          assert.equal(/127\.0\.0\.1/.test(text), shown, path);
        }
      } finally {
        await gate.close();
      }
    });
});
