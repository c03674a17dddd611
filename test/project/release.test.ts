import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';

const REPOSITORY = 'https://git.example.com/acme/wheelgate';
const CHANGELOG =
  '# Changes\n\n## Unreleased\n\n### Added\n\n- More.\n\n## 0.1.0 - 2026-01-31\n\n- All.\n';

describe('a release', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-release-'));
    await writeFile(join(folder, 'CHANGELOG.md'), CHANGELOG);
    await write('0.2.0');
    await mkdir(join(folder, 'deploy/helm/wheelgate'), { recursive: true });
    await cp('deploy/helm/wheelgate/Chart.yaml', join(folder, 'deploy/helm/wheelgate/Chart.yaml'));
    await cp('deploy/kubernetes', join(folder, 'deploy/kubernetes'), { recursive: true });
    assert.equal(run('chart-version.mjs', '0.2.0').code, 0);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function write(version: string, locked = version, url = `git+${REPOSITORY}.git`) {
    const manifest = { name: 'wheelgate', version, repository: { type: 'git', url } };
    const own = { name: 'wheelgate', version: locked };
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    await writeFile(
      join(folder, 'package-lock.json'),
      JSON.stringify({ ...own, packages: { '': own } }),
    );
  }

  function run(script: string, ...args: string[]) {
    const path = resolve('scripts', script);
    const done = spawnSync(process.execPath, [path, ...args], { cwd: folder, encoding: 'utf8' });
    return { code: done.status, out: done.stdout, err: done.stderr };
  }

  const changelog = () => readFile(join(folder, 'CHANGELOG.md'), 'utf8');

  it('has what was unreleased, under its version and day, and its notes are that', async () => {
    assert.equal(run('changelog.mjs', 'cut', '0.2.0', '2026-12-01').code, 0);
    const text = await changelog();
    assert.match(text, /^## Unreleased\n\n## 0\.2\.0 - 2026-12-01\n\n### Added$/m);
    assert.match(text, /^## 0\.1\.0 - 2026-01-31$/m);
    assert.equal(run('changelog.mjs', 'notes', '0.2.0').out, '### Added\n\n- More.\n');
  });

  it('has its version in the chart and in each manifest, which stay as they are otherwise', async () => {
    assert.equal(run('chart-version.mjs', '7.8.9-rc.1').code, 0);
    const chart = await readFile(join(folder, 'deploy/helm/wheelgate/Chart.yaml'), 'utf8');
    assert.match(chart, /^version: 7\.8\.9-rc\.1\nappVersion: 7\.8\.9-rc\.1$/m);
    const { version } = JSON.parse(await readFile('package.json', 'utf8'));
    for (const name of await readdir('deploy/kubernetes')) {
      const before = await readFile(join('deploy/kubernetes', name), 'utf8');
      const after = await readFile(join(folder, 'deploy/kubernetes', name), 'utf8');
      assert.match(after, /7\.8\.9-rc\.1/, name);
      assert.equal(after.replaceAll('7.8.9-rc.1', version), before, name);
    }
    assert.match(
      run('check-release.mjs', 'v0.2.0', REPOSITORY).err,
      /Chart\.yaml installs 7\.8\.9-rc\.1: node scripts\/chart-version\.mjs 0\.2\.0/,
    );
  });

  it('is no other one again, nor one of nothing, nor of a version that is none', async () => {
    for (const version of ['0.1.0', '0.2', 'next']) {
      const { code, err } = run('changelog.mjs', 'cut', version, '2026-12-01');
      assert.equal(code, 1);
      assert.match(err, /is there already|not a version/);
    }
    run('changelog.mjs', 'cut', '0.2.0', '2026-12-01');
    assert.match(run('changelog.mjs', 'cut', '0.3.0', '2026-12-01').err, /nothing is unreleased/);
    assert.equal(run('changelog.mjs', 'notes', '0.3.0').code, 1);
  });

  it('may be made of a tag whose version, changelog and repository agree', () => {
    run('changelog.mjs', 'cut', '0.2.0', '2026-12-01');
    assert.deepEqual(run('check-release.mjs', 'v0.2.0', REPOSITORY), { code: 0, out: '', err: '' });
  });

  it('may not be made where one of them does not, and says each that does not', async () => {
    const { code, err } = run('check-release.mjs', 'v0.2.1', REPOSITORY);
    assert.equal(code, 1);
    assert.match(err, /the tag is v0\.2\.1/);
    assert.match(err, /CHANGELOG\.md says nothing of 0\.2\.0/);
    assert.doesNotMatch(err, /package-lock|repository|Chart/);
    await write('0.2.0', '0.1.0', '');
    const other = run('check-release.mjs', 'v0.2.0', REPOSITORY).err;
    assert.match(other, /package-lock\.json is of wheelgate 0\.1\.0/);
    assert.match(other, /"repository" of package\.json is not https:/);
  });
});
