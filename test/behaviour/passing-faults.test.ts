import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.js';
import { FAULTS_FILE, type FsFault, PRELOAD } from '../support/fs-faults.js';
import { type GateProcess, startGateProcess } from '../support/gate-process.js';
import { until } from '../support/until.js';
import { ask } from '../support/wheelgate.js';

const MANY = 1_000_000;

describe('files of the data folder that cannot be opened for a while', () => {
  let folder: string;
  let upstream: FakeUpstream;
  let gate: GateProcess;
  let round = 0;
  const honest = buildWheel({ name: 'honest' });
  const pinned = buildWheel({ name: 'pinned' });
  const at = (name: string) => join(folder, name);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-passing-'));
    upstream = await startFakeUpstream();
    upstream.addProject('honest', [honest]);
    upstream.addProject('pinned', [{ dist: pinned, hashes: {} }]);
    const yaml = `upstreams: [{ name: fake, url: "${upstream.url}", unhashed: pin }]\n`;
    await writeFile(at('wheelgate.yaml'), yaml);
    await fail(undefined);
    gate = await start();
    assert.deepEqual(await statuses(), [200, 200]);
    await gate.end('SIGTERM');
  });
  // What it has learnt lies on the disk, and nowhere else.
  beforeEach(async () => {
    gate = await start();
  });
  afterEach(async () => {
    await gate.end('SIGTERM');
  });
  after(async () => {
    await upstream.close();
    await rm(folder, { recursive: true, force: true });
  });

  const start = () =>
    startGateProcess({
      folder,
      args: ['--config', 'wheelgate.yaml'],
      env: { NODE_OPTIONS: `--import=${PRELOAD}`, [FAULTS_FILE]: at('fault.json') },
    });

  /** From now on no file can be opened, or all can again. */
  async function fail(code: string | undefined): Promise<void> {
    round += 1;
    const times = code === undefined ? 0 : MANY;
    const fault: FsFault = {
      round,
      where: 'all',
      at: 1,
      times,
      code: code ?? 'EIO',
      opening: true,
    };
    await writeFile(at('fault.json'), JSON.stringify(fault));
  }

  async function statuses(): Promise<number[]> {
    const files = { honest, pinned };
    const answers = Object.entries(files).map(([name, { filename }]) =>
      ask(`${gate.url}/files/${name}/${filename}`),
    );
    return (await Promise.all(answers)).map(({ status }) => status);
  }

  async function folderState(): Promise<string> {
    const ready = JSON.parse((await ask(`${gate.url}/readyz`)).body.toString());
    return ready.parts['data-folder']?.state ?? 'ok';
  }

  for (const [code, allowed] of [
    ['EMFILE', [200, 503]],
    // The one file may well be lost, and with it which bytes were the first.
    ['EIO', [200, 403, 503]],
  ] as const)
    it(`cost none for longer, and are told of until they can be, whoever asks for them: ${code}`, async () => {
      await fail(code);
      const met: readonly number[] = allowed;
      for (const status of await statuses()) assert.ok(met.includes(status), `${status}`);
      assert.equal(await folderState(), 'degraded');
      await fail(undefined);
      await until(async () => (await folderState()) === 'ok');
      await until(async () => (await statuses()).every((status) => status === 200));
    });
});
