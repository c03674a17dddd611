import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { PYPI_FILES, PYPI_INDEX } from '../../src/config/defaults.js';
import { client, pypi } from '../support/requirements.js';
import { runClient } from '../support/run-client.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const reachable = await pypi();
const pip = client('pip');
const uv = client('uv');
const poetry = client('poetry');
const pdm = client('pdm');

/**
 * Honest projects that a careless gate would stop: executable hooks (setuptools, coverage), model weights
 * called `.pth` (torchmetrics), a `sitecustomize.py` deep in a package (debugpy), an sdist alone (docopt),
 * and a tree of dependencies (requests).
 */
const PACKAGES = ['setuptools', 'coverage', 'debugpy', 'docopt', 'requests'];

describe('real clients install from PyPI through Wheelgate', { skip: reachable.skip }, () => {
  let gate: TestGate;
  let folder: string;
  let python: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-pypi-'));
    gate = await startGate({
      config: { upstreams: [{ name: 'pypi', url: PYPI_INDEX, files: [PYPI_FILES] }] },
    });
    const made = await runClient('python3', ['-m', 'venv', join(folder, 'venv')], { cwd: folder });
    assert.equal(made.code, 0, made.text);
    python = join(folder, 'venv', 'bin', 'python');
  });
  after(async () => {
    await gate.close();
    await rm(folder, { recursive: true, force: true });
  });

  const index = () => `${gate.url}/simple/`;

  /** Installs into a fresh folder; `--no-build-isolation` is not used, so setuptools comes through the gate, too. */
  async function pipInstall(target: string): Promise<void> {
    const args = [
      '--python',
      python,
      'install',
      '--no-cache-dir',
      '--target',
      join(folder, target),
    ];
    const run = await runClient(pip.found!, [...args, '--index-url', index(), ...PACKAGES], {
      cwd: folder,
      env: { PIP_INDEX_URL: index() },
    });
    assert.equal(run.code, 0, run.text);
    assert.match(run.text, /Successfully installed .*requests/);
    const weights = await runClient(
      pip.found!,
      [...args, '--no-deps', '--index-url', index(), 'torchmetrics==1.9.0'],
      { cwd: folder },
    );
    assert.equal(weights.code, 0, weights.text);
  }

  it('pip', { skip: pip.skip }, () => pipInstall('first'));

  it('uv', { skip: uv.skip }, async () => {
    const run = await runClient(
      uv.found!,
      [
        'pip',
        'install',
        '--no-cache',
        '--target',
        join(folder, 'uv'),
        '--default-index',
        index(),
        ...PACKAGES,
      ],
      { cwd: folder },
    );
    assert.equal(run.code, 0, run.text);
  });

  it('poetry', { skip: poetry.skip }, async () => {
    const project = join(folder, 'poetry-project');
    await mkdir(project);
    await writeFile(
      join(project, 'pyproject.toml'),
      projectFile(`
[tool.poetry]
package-mode = false
[[tool.poetry.source]]
name = "wheelgate"
url = "${index()}"
priority = "primary"
`),
    );
    const run = await runClient(poetry.found!, ['install', '--no-interaction'], {
      cwd: project,
      env: { POETRY_VIRTUALENVS_IN_PROJECT: 'true' },
    });
    assert.equal(run.code, 0, run.text);
    assert.match(run.text, /requests/);
  });

  it('pdm', { skip: pdm.skip }, async () => {
    const project = join(folder, 'pdm-project');
    await mkdir(project);
    await writeFile(
      join(project, 'pyproject.toml'),
      projectFile(`
[tool.pdm]
distribution = false
[[tool.pdm.source]]
name = "pypi"
url = "${index()}"
verify_ssl = true
`),
    );
    const run = await runClient(pdm.found!, ['install', '--no-self'], { cwd: project });
    assert.equal(run.code, 0, run.text);
  });

  it('pip once more, with the upstream cut off', { skip: pip.skip }, async () => {
    // The same data behind an upstream that does not answer: pages are stale, artifacts are cached.
    gate.configure({
      upstreams: [{ name: 'pypi', url: 'http://127.0.0.1:9/simple/', files: [PYPI_FILES] }],
    });
    await gate.restart();
    gate.now = Date.now() + 3_600_000;
    await pipInstall('second');
  });
});

function projectFile(rest: string): string {
  return `[project]
name = "trial"
version = "0.1"
requires-python = ">=3.10,<3.13"
dependencies = ["requests", "coverage"]
${rest}`;
}
