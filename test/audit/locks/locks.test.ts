import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AuditPolicy } from '../../../src/audit/audit-policy.js';
import { auditLock, readLock } from '../../../src/audit/locks/audit-lock.js';
import type { AuditFinding } from '../../../src/audit/report.js';
import { DAY, NOW, policyOf } from '../../policy/support.js';
import { fixture, readFixture } from '../../support/environment.js';

/** Of idna 3.20's wheel, and of six 1.16.0's sdist, as the index has them. */
const IDNA_WHEEL = 'ab7ae7122974553370f0bdb919e1a960b2cd1bc1ef0276416d896db81c14582c';
const SIX_SDIST = '1e61c37477a1626458e36f7b1d82aa5c9b094fa4802892072e49de9c60c4c926';

/** Each as its tool wrote it for the same two or three requirements. */
const LOCKS = [
  { name: 'uv/uv.lock', format: 'uv.lock', releases: 3, times: true },
  { name: 'uv/pylock.toml', format: 'pylock.toml', releases: 3, times: true },
  { name: 'uv/requirements.txt', format: 'requirements.txt', releases: 3, times: false },
  { name: 'pip/pylock.toml', format: 'pylock.toml', releases: 3, times: false },
  { name: 'pdm/pylock.toml', format: 'pylock.toml', releases: 3, times: false },
  { name: 'pdm/pdm.lock', format: 'pdm.lock', releases: 3, times: false },
  { name: 'pdm-static-urls/pdm.lock', format: 'pdm.lock', releases: 3, times: false },
  { name: 'poetry/poetry.lock', format: 'poetry.lock', releases: 2, times: false },
  { name: 'poetry-1.2/poetry.lock', format: 'poetry.lock', releases: 2, times: false },
  { name: 'pipenv/Pipfile.lock', format: 'Pipfile.lock', releases: 3, times: false },
];

const audit = (path: string, policy: string, now = NOW) =>
  readLock(path).then((lock) => auditLock(lock, new AuditPolicy(policyOf(policy), now)));
const refused = (findings: readonly AuditFinding[]) =>
  findings.filter(({ level }) => level !== 'note');

for (const { name, format, releases, times } of LOCKS)
  describe(`the audit of ${name}`, () => {
    it('reads every release', async () => {
      const report = await audit(fixture(name), 'rules: {}');
      assert.equal(report.format, format);
      assert.equal(report.counts.releases, releases);
      assert.deepEqual(refused(report.findings), []);
    });

    it('finds a denied release, and names its line', async () => {
      const deny = (versions: string) =>
        `deny: [{project: six, versions: "${versions}", reason: bad}]`;
      const { findings } = await audit(fixture(name), deny('==1.16'));
      const [finding, ...others] = refused(findings);
      assert.deepEqual(others, []);
      assert.equal(finding?.code, 'release-refused');
      assert.equal(`${finding.project} ${finding.version}`, 'six 1.16.0');
      const line = (await readFixture(name)).split('\n')[finding.line! - 1]!;
      assert.match(line, /six|^\[\[packages?\]\]$/);
      assert.deepEqual(refused((await audit(fixture(name), deny('==1.17'))).findings), []);
    });

    it('finds an artifact denied by its sha256', async () => {
      const policy = (digest: string) => `deny: [{sha256: "${digest}", reason: bad}]`;
      // pip locks the one file that it would install.
      const digest = name.startsWith('pip/') ? IDNA_WHEEL : SIX_SDIST;
      const found = refused((await audit(fixture(name), policy(digest))).findings);
      assert.deepEqual(
        found.map(({ code, sha256 }) => [code, sha256]),
        [['release-refused', digest]],
      );
      const other = await audit(fixture(name), policy('0'.repeat(64)));
      assert.deepEqual(refused(other.findings), []);
    });

    it('judges the cooldown where it knows the time, and says where it does not', async () => {
      const uploaded = Date.parse('2026-09-17T14:11:04Z');
      const policy = 'rules: {cooldown: {action: block, age: 3d}}';
      const young = await audit(fixture(name), policy, uploaded + DAY);
      const [finding, ...others] = refused(young.findings);
      assert.deepEqual(others, []);
      if (times) {
        assert.equal(finding?.project, 'idna');
        assert.equal(finding?.rule, 'cooldown');
        assert.match(finding?.until ?? '', /^2026-09-20T14:11:0/);
      } else assert.equal(finding, undefined);
      const old = await audit(fixture(name), policy, uploaded + 4 * DAY);
      assert.deepEqual(refused(old.findings), []);
      const notes = old.findings.filter(({ code }) => code === 'cooldown-not-judged');
      assert.equal(notes.length, times ? 0 : 1);
    });
  });

describe('locks that say something else', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-locks-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const written = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const codes = async (name: string, text: string) =>
    (await audit(await written(name, text), 'rules: {}')).findings.map(({ code }) => code);

  it('name what comes from elsewhere, is editable, or is not pinned', async () => {
    const uv = [
      'version = 1',
      '[[package]]\nname = "a"\nversion = "1"\nsource = { git = "https://g/a?rev=1#2" }',
      '[[package]]\nname = "b"\nversion = "1"\nsource = { editable = "b" }',
      '[[package]]\nname = "c"\nsource = { virtual = "." }',
      '[[package]]\nname = "d"\nversion = "1"\nsource = { url = "https://x/d-1-py3-none-any.whl" }',
    ].join('\n');
    assert.deepEqual(await codes('uv.lock', uv), [
      'editable-install',
      'not-from-index',
      'not-from-index',
    ]);
    const pipfile = JSON.stringify({
      _meta: { 'pipfile-spec': 6 },
      default: { a: { version: '*' }, b: { git: 'https://g/b', ref: '1' } },
      docs: { c: { editable: true, path: '.' }, d: { version: '==1.*' } },
    });
    assert.deepEqual(await codes('Pipfile.lock', pipfile), [
      'editable-install',
      'not-from-index',
      'not-pinned',
      'not-pinned',
    ]);
  });

  it('refuse to be read where they are damaged, or of a version to come', async () => {
    const reading = async (name: string, text: string) =>
      audit(await written(name, text), 'rules: {}');
    await assert.rejects(
      reading('uv.lock', 'version = 2'),
      /version 2 of uv\.lock is not supported/,
    );
    await assert.rejects(reading('uv.lock', 'version = '), /not TOML: line 1/);
    await assert.rejects(reading('pylock.toml', 'lock-version = "2.0"'), /lock-version 2\.0/);
    await assert.rejects(reading('pylock.x.toml', 'packages = 3'), /lock-version/);
    await assert.rejects(reading('Pipfile.lock', '{'), /not JSON/);
    // What a lock says never reaches a terminal as control characters.
    await assert.rejects(
      reading('Pipfile.lock', '{"_meta": {}, "\\u001b[2J": 3}'),
      (error: Error) => /\\x1b\[2J/.test(error.message) && !error.message.includes('\x1b'),
    );
    await assert.rejects(reading('poetry.lock', '[[package]]\nname = 3'), /package\.0\.name/);
    await assert.rejects(reading('Cargo.lock', ''), /not a supported lock file/);
  });

  it('leave no release out of sight for a name or version that cannot be read', async () => {
    const text = '[metadata]\n[[package]]\nname = "a"\nversion = "one"';
    assert.deepEqual(await codes('poetry.lock', text), ['lock-unread']);
  });
});
