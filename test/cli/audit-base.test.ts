import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Ajv } from 'ajv';
import { buildWheel } from '../support/distributions.js';
import { type Run, runCommand } from '../support/run-command.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const SCHEMA = resolve('test/audit/fixtures/sarif-2.1.0.schema.json');

interface Entry {
  readonly name: string;
  readonly version: string;
  readonly index?: string;
  readonly uploaded?: string;
}

/** A uv.lock by the book, as far as it is read. */
function uvLock(index: string, entries: readonly Entry[]): string {
  const packages = entries.map(
    ({ name, version, index: own = index, uploaded = '2020-01-01T00:00:00Z' }) => `
[[package]]
name = "${name}"
version = "${version}"
source = { registry = "${own}" }
wheels = [
    { url = "${own}/${name}-${version}-py3-none-any.whl", hash = "sha256:${'ab'.repeat(32)}", size = 9, upload-time = "${uploaded}" },
]`,
  );
  return `version = 1\nrevision = 3\nrequires-python = ">=3.9"\n${packages.join('\n')}\n`;
}

describe('wheelgate audit --base', () => {
  let gate: TestGate;
  let folder: string;
  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'wheelgate-base-')));
    gate = await startGate({ now: Date.now() });
    gate.upstream.addProject('hooked', [
      buildWheel({ name: 'hooked', version: '1.0' }),
      buildWheel({
        name: 'hooked',
        version: '2.0',
        files: { 'hooked/__init__.py': '', 'hooked.pth': 'import os; os.system("true")\n' },
      }),
    ]);
    for (const version of ['1.0', '2.0'])
      await gate.get(`/files/hooked/hooked-${version}-py3-none-any.whl`);
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
        cwd: folder,
      });
    git('init', '-q', '-b', 'main');
    await lock([
      { name: 'hooked', version: '1.0' },
      { name: 'stays', version: '1.0' },
    ]);
    await writeFile(
      join(folder, 'policy.yaml'),
      'deny: [{ project: stays, reason: "an old sin" }, { project: bad, reason: "it steals" }]\n',
    );
    git('add', '.');
    git('commit', '-q', '-m', 'base');
  });
  after(async () => {
    await gate.close();
    await rm(folder, { recursive: true, force: true });
  });

  const lock = (entries: readonly Entry[]) =>
    writeFile(join(folder, 'uv.lock'), uvLock(`${gate.url}/simple`, entries));

  const audit = (...more: string[]): Promise<Run> =>
    runCommand(['audit', 'uv.lock', '--policies', 'policy.yaml', '--index', gate.url, ...more], {
      cwd: folder,
    });

  it('finds nothing in what was there before, and all of it without a base', async () => {
    await lock([
      { name: 'hooked', version: '1.0' },
      { name: 'stays', version: '1.0' },
    ]);
    const { code, out } = await audit('--base', 'main:uv.lock');
    assert.equal(code, 0, out);
    assert.match(out, /no release was added, moved or removed/);
    assert.equal((await audit()).code, 1);
  });

  it('says what a change adds: age, verdict, new hooks, and from where it is locked', async () => {
    await lock([
      { name: 'hooked', version: '2.0' },
      { name: 'stays', version: '1.0' },
      { name: 'bad', version: '3.0', index: 'https://other.example/simple' },
    ]);
    const { code, out } = await audit('--base', 'main:uv.lock', '--format', 'json');
    assert.equal(code, 1, out);
    const { changes, findings, base } = JSON.parse(out);
    assert.equal(base, 'main:uv.lock');
    const byProject = Object.fromEntries(changes.map((one: any) => [one.project, one]));
    assert.deepEqual(Object.keys(byProject), ['bad', 'hooked']);
    const { hooked, bad } = byProject;
    assert.deepEqual(
      [hooked.change, hooked.from, hooked.to, hooked.verdict, hooked.newHooks],
      ['moved', '1.0', '2.0', 'block', ['hooked.pth']],
    );
    assert.ok(hooked.days > 1_000);
    assert.deepEqual([bad.change, bad.verdict, bad.from], ['added', 'block', undefined]);
    assert.deepEqual(findings.map((one: any) => [one.code, one.level, one.project]).sort(), [
      ['new-startup-hook', 'note', 'hooked'],
      ['other-index', 'note', undefined],
      ['release-refused', 'found', 'bad'],
      ['release-refused', 'found', 'hooked'],
    ]);
  });

  it('prints a comment that can be found again, in which nothing of a lock is a link or a mention', async () => {
    await lock([{ name: 'bad', version: '3.0' }]);
    await writeFile(
      join(folder, 'policy.yaml'),
      'deny: [{ project: bad, reason: "see @all https://evil.example <b>" }]\n',
    );
    const { out } = await audit('--base', 'main:uv.lock', '--format', 'markdown');
    assert.match(
      out,
      /^<!-- wheelgate -->\n\n### Wheelgate: ✖ 1 problem in `uv\.lock` against `main:uv\.lock`\n/,
    );
    assert.match(out, /\| `bad` \| new: `3\.0` \| \d+ d \| ✖ \*\*refused\*\* \|/);
    assert.doesNotMatch(out, /[^\\]@all|[^\\]<b>|https:\/\/evil/);
  });

  it('prints SARIF that is valid, with the line of each release', async () => {
    await lock([
      { name: 'stays', version: '1.0' },
      { name: 'bad', version: '3.0' },
    ]);
    const { code, out } = await audit('--base', 'main:uv.lock', '--format', 'sarif');
    assert.equal(code, 1);
    const sarif = JSON.parse(out);
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const validate = ajv.compile(JSON.parse(await readFile(SCHEMA, 'utf8')));
    assert.ok(validate(JSON.parse(out)), JSON.stringify(validate.errors));
    const [result] = sarif.runs[0].results;
    const { artifactLocation, region } = result.locations[0].physicalLocation;
    assert.deepEqual(
      [result.ruleId, result.level, artifactLocation.uri, region.startLine],
      ['release-refused', 'error', 'uv.lock', 13],
    );
  });

  it('takes a lock that the base does not have for one that is all new, and a revision that is none for a mistake', async () => {
    await lock([{ name: 'good', version: '1.0' }]);
    const all = await audit('--base', 'main:other/uv.lock', '--format', 'json');
    assert.deepEqual(
      JSON.parse(all.out).changes.map(({ change, project }: any) => [change, project]),
      [['added', 'good']],
    );
    const wrong = await audit('--base', 'nowhere:uv.lock');
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /--base/);
    assert.match(wrong.err, /there is no revision nowhere here; fetch it first/);
    assert.equal((await audit('--base', 'nothing')).code, 2);
    const drive = await audit('--base', 'C:\\locks\\uv.lock');
    assert.equal(drive.code, 2);
    assert.match(drive.err, /neither a file nor REV:PATH/);
    assert.equal((await audit('--base', '--output=x:uv.lock')).code, 2);
  });

  it('reads a base of any name in the format of the lock', async () => {
    await writeFile(join(folder, 'before'), await readFile(join(folder, 'uv.lock')));
    const { code, out } = await audit('--base', 'before', '--format', 'json');
    assert.equal(code, 0, out);
    assert.deepEqual(JSON.parse(out).changes, []);
  });

  it('goes by the locks alone where the server does not answer, and says so', async () => {
    await lock([{ name: 'good', version: '1.0' }]);
    await writeFile(join(folder, 'old.lock'), '');
    const { code, out } = await audit('--base', 'main:uv.lock', '--index', 'http://127.0.0.1:9');
    assert.equal(code, 0, out);
    assert.match(out, /server-silent/);
    assert.doesNotMatch(out, /--server/);
    assert.match(out, /good: new -> 1\.0/);
  });
});
