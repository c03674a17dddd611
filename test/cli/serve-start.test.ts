import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ONLY_COUNTED } from '../../src/messages/start.js';
import { type GateProcess, startGateProcess } from '../support/gate-process.js';
import { ANY, saying } from '../support/messages.js';
import { ask } from '../support/wheelgate.js';

const MAIN = resolve('build/src/cli/main.js');

describe('the start of a server', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-start-'));
    await mkdir(join(folder, 'dry'));
    await writeFile(join(folder, 'dry', 'p.yaml'), 'mode: dry-run\n');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  function serve(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    return spawnSync(process.execPath, [MAIN, 'serve', '--data', 'failing', ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, WHEELGATE_FEED_URL: 'none', ...env },
      encoding: 'utf8',
    });
  }

  it('that fails for want of its port says which setting names it', async () => {
    const holder = createServer();
    await new Promise<void>((done) => holder.listen(0, '127.0.0.1', done));
    const { port } = holder.address() as { port: number };
    try {
      const { status, stderr } = serve(['--listen', `127.0.0.1:${port}`]);
      assert.equal(status, 2);
      assert.match(stderr, /the setting listen: .*EADDRINUSE/);
    } finally {
      holder.close();
    }
  });

  it('that fails for want of a certificate says which settings name it', () => {
    const env = { WHEELGATE_TLS_CERT: 'no.pem', WHEELGATE_TLS_KEY: 'no.key' };
    const { status, stderr } = serve(['--listen', '127.0.0.1:0'], env);
    assert.equal(status, 2);
    assert.match(stderr, /the settings tls\.cert and tls\.key: .*no\.(?:pem|key)/);
  });

  it('is told of in one line, with what it serves from, and a dry run in /readyz and the log', async () => {
    const server: GateProcess = await startGateProcess({
      folder,
      args: ['--data', 'dry-data', '--policies', 'dry'],
    });
    try {
      const { parts } = JSON.parse((await ask(`${server.url}/readyz`)).body.toString());
      assert.match(parts.policy.detail, saying(`revision ${ANY}, mode: dry-run: ${ONLY_COUNTED}`));
      const lines = server.log().split('\n').filter(Boolean);
      const said = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
      const start = said.filter(({ msg }) => msg === 'starting');
      assert.equal(start.length, 1);
      const { mode, workers, data, policies, config, upstreams } = start[0];
      assert.deepEqual([mode, workers, config], ['dry-run', 1, 'none']);
      assert.equal(data, join(folder, 'dry-data'));
      assert.equal(policies, join(folder, 'dry'));
      assert.equal(upstreams.length, 1);
      assert.ok(said.some(({ level, msg }) => level === 'warn' && /mode: dry-run/.test(msg)));
    } finally {
      await server.end('SIGKILL');
    }
  });
});
