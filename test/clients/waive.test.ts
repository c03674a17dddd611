import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runApprove } from '../../src/cli/approve.js';
import { createOutput } from '../../src/cli/output.js';
import { runWaive } from '../../src/cli/waive.js';
import { buildWheel } from '../support/distributions.js';
import { client } from '../support/requirements.js';
import { runClient } from '../support/run-client.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const pip = client('pip');
const SILENT = createOutput({ write: () => {} }, { write: () => {} }, {});

describe('a real pip, refused', { skip: pip.skip }, () => {
  let gate: TestGate;
  let folder: string;
  const hooked = (version: string) =>
    buildWheel({
      name: 'hooked',
      version,
      files: { 'hooked/__init__.py': '', 'hooked.pth': `import os; v = "${version}"\n` },
    });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-client-'));
    gate = await startGate({
      now: Date.now(),
      config: { 'gate.mode': 'hold' },
      policies: { 'mine.yaml': 'deny: [{ project: denied, reason: no }]\n' },
    });
    gate.upstream.addProject('hooked', [hooked('1.0'), hooked('2.0')]);
    gate.upstream.addProject('denied', [
      buildWheel({ name: 'denied' }),
      buildWheel({ name: 'denied', version: '2.0' }),
    ]);
  });
  after(async () => {
    await gate.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function installs(what: string): Promise<boolean> {
    const to = ['--target', join(folder, what), '--index-url', `${gate.url}/simple/`];
    const args = ['install', '--no-cache-dir', '--no-deps', ...to, what];
    return (await runClient(pip.found!, args, { cwd: folder })).code === 0;
  }

  for (const [name, command, project] of [
    ['waive', runWaive, 'denied'],
    ['approve', runApprove, 'hooked'],
  ] as const)
    it(`installs after ${name} what it could not, and its twin stays refused`, async () => {
      assert.equal(await installs(`${project}==1.0`), false);
      const write = join(gate.folder, 'policies', 'mine.yaml');
      const options = { owner: 'me', reason: 'read it', server: gate.url, write };
      assert.equal(await command(`${project}==1.0`, options, SILENT), 0);
      assert.ok(await gate.gate.policies.reload());
      assert.equal(await installs(`${project}==1.0`), true);
      assert.equal(await installs(`${project}==2.0`), false);
    });
});
