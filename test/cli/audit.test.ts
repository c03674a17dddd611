import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { WHAT_TO_DO } from '../../src/messages/commands.js';
import { TestEnvironment } from '../support/environment.js';
import { saying } from '../support/messages.js';
import { runCommand } from '../support/run-command.js';

function run(args: readonly string[], cwd: string, env: Record<string, string> = {}) {
  const clean = { ...process.env, ...env };
  if (env.VIRTUAL_ENV === undefined) delete clean.VIRTUAL_ENV;
  return runCommand(['audit', ...args], { cwd, env: clean });
}

describe('wheelgate audit', () => {
  let environment: TestEnvironment;
  let folder: string;
  beforeEach(async () => {
    environment = await TestEnvironment.make();
    folder = await realpath(await mkdtemp(join(tmpdir(), 'wheelgate-audit-cli-')));
    await environment.install();
  });
  afterEach(async () => {
    await environment.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it('ends with 0 where nothing is found, and says what it looked at', async () => {
    const { code, out } = await run([environment.root], folder);
    assert.equal(code, 0, out);
    assert.match(out, /\(venv\): site folders: 1, distributions: 1, files: 4/);
    assert.match(out, /No problems found\.\n$/);
  });

  it('ends with 1 where something is, names it, and says what to do', async () => {
    await environment.write('evil.pth', 'import os\n');
    const { code, out } = await run([environment.site], folder);
    assert.equal(code, 1, out);
    assert.match(out, /^Found \(2\):\n {2}startup-hook {3}line 1 of evil\.pth runs/m);
    assert.match(out, saying(`\n${WHAT_TO_DO}\n  startup-hook: `));
  });

  it('says which address it compared a lock with where nobody named one', async () => {
    const lock = '-i http://127.0.0.1:9999/simple\ndemo==1.0\n';
    await writeFile(join(folder, 'requirements.txt'), lock);
    const hint = /compared with the listening address, http:\/\/127\.0\.0\.1:8080: specify --index/;
    const assumed = await run(['requirements.txt'], folder);
    assert.match(assumed.out, /other-index/);
    assert.match(assumed.out, hint);
    const named = await run(['requirements.txt', '--index', 'http://127.0.0.1:8080'], folder);
    assert.match(named.out, /other-index/);
    assert.doesNotMatch(named.out, hint);
    const configured = { WHEELGATE_PUBLIC_URL: 'https://gate.example.com' };
    const set = await run(['requirements.txt'], folder, configured);
    assert.match(set.out, /not from https:\/\/gate\.example\.com/);
    assert.doesNotMatch(set.out, hint);
    const ours = await run(['requirements.txt', '--index', 'http://localhost:9999'], folder);
    assert.doesNotMatch(ours.out, /other-index|compared with/);
  });

  it('prints the same as JSON', async () => {
    await environment.write('evil.pth', 'import os\n');
    const { code, out } = await run(['--json', environment.root], folder);
    assert.equal(code, 1);
    const report = JSON.parse(out);
    assert.equal(report.verdict, 'found');
    assert.equal(report.kind, 'environment');
    assert.deepEqual(Object.keys(report.findings[0]).sort(), [
      'code',
      'detail',
      'finding',
      'level',
      'path',
      'rule',
      'sha256',
    ]);
  });

  it('takes the active environment, else ./.venv, else nothing', async () => {
    const active = await run([], folder, { VIRTUAL_ENV: environment.root });
    assert.equal(active.code, 0, active.err);
    await symlink(environment.root, join(folder, '.venv'));
    assert.equal((await run([], folder)).code, 0);
    await rm(join(folder, '.venv'));
    const none = await run([], folder);
    assert.equal(none.code, 2);
    assert.match(none.err, /no active environment and no \.\/\.venv/);
  });

  it('ends with 2 where it cannot tell', async () => {
    await mkdir(join(folder, 'empty'));
    assert.equal((await run(['empty'], folder)).code, 2);
    assert.equal((await run(['gone'], folder)).code, 2);
    await writeFile(join(folder, 'r.txt'), '-r https://example.com/r.txt\n');
    const { code, out } = await run(['r.txt'], folder);
    assert.equal(code, 2, out);
    assert.match(out, /^Could not be judged \(1\):/m);
    assert.match(out, /r\.txt:1\)/);
  });

  it('judges a lock by the policies of its own folder too', async () => {
    await writeFile(join(folder, 'r.txt'), 'six==1.16.0\nelementary-data==0.23.3\n');
    await mkdir(join(folder, 'mine'));
    await writeFile(
      join(folder, 'mine', 'p.yaml'),
      'deny: [{project: six, versions: "==1.16", reason: "a bad day"}]\n',
    );
    const shipped = await run(['r.txt'], folder);
    assert.equal(shipped.code, 1);
    assert.match(shipped.out, /release-refused {2}elementary-data 0\.23\.3 is denied: .*see MAL-/);
    assert.doesNotMatch(shipped.out, /six/);
    assert.match(shipped.out, /uses only the lock and the policy/);
    const own = await run(['r.txt', '--policies', 'mine'], folder);
    assert.match(own.out, /six 1\.16\.0 is denied: a bad day \(deny\) \(.*r\.txt:1\)/);
  });
});
