import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { hookLine, refusedPhrase } from '../../src/messages/refusals.js';
import { buildWheel } from '../support/distributions.js';
import { freePort } from '../support/free-port.js';
import { ANY, saying } from '../support/messages.js';
import { client } from '../support/requirements.js';
import { runClient } from '../support/run-client.js';
import { ask, startGate, type TestGate } from '../support/wheelgate.js';

const pip = client('pip');
const uv = client('uv');

describe('a real client, refused', () => {
  let gate: TestGate;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-client-'));
    const port = await freePort();
    // Whoever reads what a client prints follows it from there.
    const url = `http://127.0.0.1:${port}`;
    gate = await startGate({ config: { listen: `127.0.0.1:${port}`, 'public-url': url } });
    gate.upstream.addProject('hooked', [
      buildWheel({ name: 'hooked', version: '1.0' }),
      buildWheel({
        name: 'hooked',
        version: '2.0',
        files: { 'hooked/__init__.py': '', 'hooked.pth': 'import os; os.system("true")\n' },
      }),
    ]);
  });
  after(async () => {
    await gate.close();
    await rm(folder, { recursive: true, force: true });
  });

  const download = (what: string, name: string) =>
    runClient(
      pip.found!,
      [
        'install',
        '--no-cache-dir',
        '--no-deps',
        '--target',
        join(folder, name),
        '--index-url',
        `${gate.url}/simple/`,
        what,
      ],
      { cwd: folder },
    );
  const uvInstall = (what: string, name: string) =>
    runClient(
      uv.found!,
      [
        'pip',
        'install',
        '--no-cache',
        '--no-deps',
        '--target',
        join(folder, name),
        '--default-index',
        `${gate.url}/simple/`,
        what,
      ],
      { cwd: folder },
    );

  /** Follows the link that a client has printed. */
  async function leadsToWhy(text: string): Promise<void> {
    // A terminal may have broken it, and set marks around the lines.
    const link = /http:\/\/127\.0\.0\.1:\d+\/w\/[0-9a-f]{10}/.exec(text.replace(/[\s│|]+/g, ''));
    assert.ok(link !== null, text);
    const { status, headers } = await ask(link[0]);
    assert.equal(status, 302);
    const page = await ask(new URL(String(headers.location), link[0]).href);
    assert.equal(page.status, 200);
    assert.match(page.body.toString(), /<h1>hooked-2\.0-py3-none-any\.whl<\/h1>.*Refused/s);
  }

  it('pip prints the reason of a pinned release, and a link that leads to the page that says why', {
    skip: pip.skip,
  }, async () => {
    const run = await download('hooked==2.0', 'pinned');
    assert.notEqual(run.code, 0);
    assert.match(
      run.text,
      saying(refusedPhrase(`${hookLine(1, 'hooked.pth', ANY)} (startup-hook)`)),
    );
    await leadsToWhy(run.text);
  });

  it('pip, not pinned, steps back to the last good release', { skip: pip.skip }, async () => {
    const run = await download('hooked', 'free');
    assert.equal(run.code, 0, run.text);
    assert.match(run.text, /Successfully installed hooked-1\.0/);
  });

  it('uv prints the reason of a pinned release, and a link that leads to the page that says why', {
    skip: uv.skip,
  }, async () => {
    const run = await uvInstall('hooked==2.0', 'uv-pinned');
    assert.notEqual(run.code, 0);
    assert.match(
      run.text.replace(/\s+/g, ' '),
      saying(`Server message: ${ANY}${hookLine(1, 'hooked.pth', ANY)}`),
    );
    await leadsToWhy(run.text);
  });

  it('uv, not pinned, steps back to the last good release', { skip: uv.skip }, async () => {
    const run = await uvInstall('hooked', 'uv-free');
    assert.equal(run.code, 0, run.text);
    assert.match(run.text, /hooked==1\.0/);
  });
});
