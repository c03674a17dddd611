import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { dashboardAt } from '../../src/messages/start.js';
import { buildWheel } from '../support/distributions.js';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.js';
import { freePort } from '../support/free-port.js';
import { type GateProcess, startGateProcess } from '../support/gate-process.js';
import { ANY, valuesOf } from '../support/messages.js';
import { childrenOf } from '../support/processes.js';
import { ask } from '../support/wheelgate.js';

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  // A worker that is just dying takes a question with it.
  while (!(await Promise.resolve(holds()).catch(() => false))) await pause(5);
}

const hooked = buildWheel({ name: 'hooked', files: { 'hooked.pth': 'import os\n' } });
const PAGE = `/projects/hooked/files/${hooked.filename}`;

for (const [how, args] of [
  ['alone', []],
  ['with workers', ['--workers', '2']],
] as const)
  describe(`a server whose dashboard has a port of its own, ${how},`, () => {
    let upstream: FakeUpstream;
    let folder: string;
    let gate: GateProcess;
    let own: string;

    before(async () => {
      upstream = await startFakeUpstream();
      upstream.addProject('hooked', [hooked]);
      folder = await mkdtemp(join(tmpdir(), 'wheelgate-ports-'));
      await mkdir(join(folder, 'policies'));
      await writeFile(join(folder, 'policies', 'own.yaml'), 'deny: []\n');
      gate = await start(`127.0.0.1:${await freePort()}`);
      await until(() => valuesOf(dashboardAt(ANY)).test(gate.log()));
      own = valuesOf(`${dashboardAt(ANY)}\n`).exec(gate.log())![1]!;
    });
    after(async () => {
      assert.equal(await gate?.end('SIGTERM'), 0, gate?.log());
      await upstream?.close();
      await rm(folder, { recursive: true, force: true });
    });

    const start = (listen: string, data = 'data') =>
      startGateProcess({
        folder,
        args: ['--upstream', upstream.url, '--policies', 'policies', '--data', data, ...args],
        env: { WHEELGATE_DASHBOARD_LISTEN: listen, WHEELGATE_GATE_MODE: 'hold' },
      });
    const statuses = (at: string, paths: readonly string[]) =>
      Promise.all(paths.map(async (path) => (await ask(at + path)).status));

    it('has its pages there, says where, and leaves on the main port what refusals link to', async () => {
      assert.notEqual(own, gate.url);
      const [pages, linked] = [
        ['/health', '/api/v1/overview'],
        [PAGE, '/help/findings'],
      ];
      // Connections go to the workers in turn.
      for (let count = 0; count < 2; count += 1) {
        assert.deepEqual(await statuses(own, pages), [200, 200]);
        assert.deepEqual(await statuses(own, linked), [200, 200]);
        assert.deepEqual(await statuses(own, ['/simple/', '/metrics']), [404, 404]);
        assert.deepEqual(await statuses(gate.url, [...pages, '/']), [404, 404, 404]);
        assert.deepEqual(await statuses(gate.url, linked), [200, 200]);
      }
    });

    it('does not begin where that port is taken, and says which it is', async () => {
      const { port } = new URL(own);
      await assert.rejects(
        start(`127.0.0.1:${port}`, 'other'),
        new RegExp(`serve ended with 2: .*EADDRINUSE.*127.0.0.1:${port}`, 's'),
      );
    });

    if (args.length > 0)
      it('has both ports again in a worker that begins in place of one that died', {
        skip: existsSync('/proc/self/stat') ? false : 'it needs /proc',
      }, async () => {
        const [one = 0] = await childrenOf(gate.pid);
        process.kill(one, 'SIGKILL');
        await until(async () => {
          const { workers } = (await ask(`${own}/api/v1/health`)).json().parts;
          const all = await childrenOf(gate.pid);
          return !all.includes(one) && all.length === 2 && workers.state === 'ok';
        });
        for (let count = 0; count < 4; count += 1) {
          assert.equal((await ask(`${own}/health`)).status, 200);
          assert.equal((await ask(`${gate.url}/healthz`)).status, 200);
        }
      });

    it('tells there, as they are made, of decisions on the other port, until it stops', async () => {
      const { listener, text } = await new Promise<{
        listener: IncomingMessage;
        text: () => string;
      }>((resolve, reject) => {
        let come = '';
        get(`${own}/api/v1/live`, (res) => {
          res.on('data', (chunk: Buffer) => {
            come += chunk.toString();
          });
          resolve({ listener: res, text: () => come });
        }).on('error', reject);
      });
      const ended = new Promise((resolve) => listener.on('close', resolve));
      const count = () => text().match(/^data: /gm)?.length ?? 0;
      for (let asked = 0; asked < 4; asked += 1)
        assert.equal((await ask(`${gate.url}/files/hooked/${hooked.filename}`)).status, 403);
      await until(() => count() === 4);
      assert.equal(await gate.end('SIGTERM'), 0, gate.log());
      await ended;
      assert.equal(listener.complete, true, 'it was cut off');
    });
  });
