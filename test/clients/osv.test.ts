import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { runClient as runClientCommand } from '../../src/cli/client.js';
import { createOutput } from '../../src/cli/output.js';
import { client, pypi } from '../support/requirements.js';
import { runClient } from '../support/run-client.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const reachable = await pypi();
const uv = client('uv');
const pipAudit = client('pip-audit');
/** Where nothing answers. */
const NOWHERE = 'http://127.0.0.1:9';
const DENIED = 'deny: [{ project: six, versions: "==1.17.0", reason: "an example" }]';

describe('a lock that was made against PyPI', { skip: uv.skip || reachable.skip }, () => {
  let gate: TestGate;
  let folder: string;
  let project: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-osv-'));
    gate = await startGate({ now: Date.now() });
    project = join(folder, 'project');
    await mkdir(project);
    await writeFile(
      join(project, 'pyproject.toml'),
      '[project]\nname = "p"\nversion = "0"\nrequires-python = ">=3.9"\ndependencies = ["six==1.17.0"]\n',
    );
    const made = await run(['sync'], {});
    assert.equal(made.code, 0, made.text);
    assert.match(
      await readFile(join(project, 'uv.lock'), 'utf8'),
      /registry = "https:\/\/pypi\.org\/simple"/,
    );
  });
  beforeEach(async () => {
    await gate.writePolicy('own.yaml', DENIED);
    // It keeps what was named for half an hour.
    await rm(join(folder, 'cache', 'uv', 'osv-v0'), { recursive: true, force: true });
    await rm(join(project, '.venv'), { recursive: true, force: true });
  });
  after(async () => {
    await gate.close();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (args: readonly string[], env: Record<string, string>) =>
    runClient(uv.found!, [...args, '--project', project], {
      cwd: folder,
      env: { UV_CACHE_DIR: join(folder, 'cache', 'uv'), ...env },
    });
  /** With all of the network cut but the gate, by the settings that the command prints. */
  const cut = async (url = gate.url): Promise<Record<string, string>> => {
    const said: string[] = [];
    const out = createOutput({ write: (text) => said.push(text) }, { write: () => {} }, {});
    assert.equal(runClientCommand('uv', { server: url, malwareCheck: true }, out), 0);
    const file = join(folder, 'uv.toml');
    // The index is what the lock says.
    await writeFile(
      file,
      said.join('').split('\n').slice(said.join('').split('\n').indexOf('[audit]')).join('\n'),
    );
    return {
      UV_CONFIG_FILE: file,
      HTTPS_PROXY: NOWHERE,
      HTTP_PROXY: NOWHERE,
      NO_PROXY: '127.0.0.1',
    };
  };

  it('is not installed out of a warm cache once a release of it is denied', async () => {
    const { code, text } = await run(['sync', '--frozen'], await cut());
    assert.equal(code, 2, text);
    assert.match(text, /MAL-WG-deny-six-1\.17\.0/);
  });

  it('is installed out of the cache where the denial is waived', async () => {
    await gate.writePolicy('own.yaml', 'deny: []');
    const { code, text } = await run(['sync', '--frozen'], await cut());
    assert.equal(code, 0, text);
  });

  it('is not installed where the service does not answer', async () => {
    const { code, text } = await run(['sync', '--frozen'], await cut(NOWHERE));
    assert.notEqual(code, 0, text);
  });

  it('is named by an audit', async () => {
    const { code, text } = await run(
      ['audit', '--frozen', '--service-url', `${gate.url}/`],
      await cut(),
    );
    assert.equal(code, 1, text);
    assert.match(text, /MAL-WG-deny-six-1\.17\.0/);
    assert.match(text, /six 1\.17\.0 is denied: an example/);
  });
});

describe('pip-audit', { skip: pipAudit.skip }, () => {
  let gate: TestGate;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-osv-'));
    gate = await startGate({ now: Date.now(), policies: { 'own.yaml': DENIED } });
  });
  after(async () => {
    await gate.close();
    await rm(folder, { recursive: true, force: true });
  });

  for (const [version, expected] of [
    ['1.17.0', 1],
    ['1.16.0', 0],
  ] as const)
    it(`ends with ${expected} for a release that is ${expected === 1 ? '' : 'not '}denied`, async () => {
      const requirements = join(folder, `${version}.txt`);
      await writeFile(requirements, `six==${version} --hash=sha256:${'0'.repeat(64)}\n`);
      const { code, text } = await runClient(
        pipAudit.found!,
        ['--vulnerability-service', 'osv', '--osv-url', `${gate.url}/v1/query`].concat([
          '--progress-spinner',
          'off',
          '--disable-pip',
          '--require-hashes',
          '-r',
          requirements,
        ]),
        { cwd: folder },
      );
      assert.equal(code, expected, text);
      assert.equal(/MAL-WG-deny-six-1\.17\.0/.test(text), expected === 1, text);
    });
});
