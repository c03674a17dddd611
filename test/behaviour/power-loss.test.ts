import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.js';
import { type GateProcess, startGateProcess } from '../support/gate-process.js';
import { PRELOAD, SYNC_MODE, SYNCED_FILE, type SyncMode } from '../support/sync-faults.js';
import { ask } from '../support/wheelgate.js';

/** What a loss of power makes of a file for which nobody has waited. */
const LOSSES: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  gone: (path) => rm(path),
  empty: (path) => truncate(path),
  torn: async (path) => truncate(path, Math.floor((await stat(path)).size / 2)),
  // Its length was written down, its bytes were not.
  'full of zeros': async (path) => writeFile(path, Buffer.alloc((await stat(path)).size)),
};

describe('a disk that has not written yet', () => {
  const honest = buildWheel({ name: 'honest', files: { 'honest/x.bin': randomBytes(300_000) } });
  const pinned = buildWheel({ name: 'pinned' });
  const other = buildWheel({ name: 'pinned', files: { 'pinned/other.py': 'other = 1\n' } });
  const refused = buildWheel({ name: 'refused', files: { 'refused.pth': 'import os\n' } });
  let folder: string;
  let upstream: FakeUpstream;
  let gate: GateProcess | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-power-loss-'));
    upstream = await startFakeUpstream();
    upstream.addProject('honest', [honest]);
    upstream.addProject('pinned', [{ dist: pinned, hashes: {} }]);
    upstream.addProject('refused', [refused]);
  });
  afterEach(async () => {
    await gate?.end('SIGKILL');
    gate = undefined;
    await upstream.close();
    await rm(folder, { recursive: true, force: true });
  });

  const syncedFile = () => join(folder, 'synced');
  async function start(
    mode: SyncMode,
    { env = {}, ...more }: { unhashed?: 'pin'; env?: Readonly<Record<string, string>> } = {},
  ): Promise<void> {
    const { url } = upstream;
    gate = await startGateProcess({
      folder,
      env: {
        NODE_OPTIONS: `--import=${PRELOAD}`,
        [SYNC_MODE]: mode,
        [SYNCED_FILE]: syncedFile(),
        WHEELGATE_UPSTREAMS: JSON.stringify([{ name: 'fake', url, ...more }]),
        ...env,
      },
    });
  }

  /** Its version is waited for, once. */
  async function makeFolder(): Promise<void> {
    await start('done');
    await gate?.end('SIGTERM');
  }

  const get = (path: string) => ask(gate!.url + path);
  const file = (name: string, { filename }: Distribution) => get(`/files/${name}/${filename}`);

  async function assertServes(): Promise<void> {
    for (const time of ['cold', 'warm']) {
      assert.equal((await get('/simple/honest/')).status, 200, time);
      const sidecar = await get(`/files/honest/${honest.filename}.metadata`);
      assert.equal(sidecar.status, 200, time);
      assert.ok((await file('honest', honest)).body.equals(honest.bytes), time);
      assert.equal((await file('refused', refused)).status, 403, time);
    }
  }

  it('keeps no answer waiting: pages, sidecars, artifacts and refusals', async () => {
    await makeFolder();
    await start('endless');
    await assertServes();
  });

  it('has a decision before its artifact completes, where decisions are to wait for it', async () => {
    for (const waits of ['false', 'true']) {
      await start('done', { env: { WHEELGATE_DECISIONS_FSYNC: waits } });
      assert.equal((await file('honest', honest)).complete, true);
      await gate?.end('SIGKILL');
      const lost = await unsynced();
      assert.equal(lost.includes(join(folder, 'data', 'decisions.jsonl')), waits === 'false');
    }
  });

  for (const [loss, lose] of Object.entries(LOSSES))
    it(`costs no promise where the power fails and what was not waited for is ${loss}`, async () => {
      await start('done', { unhashed: 'pin' });
      await assertServes();
      assert.ok((await file('pinned', pinned)).body.equals(pinned.bytes));
      await gate?.end('SIGKILL');
      const lost = await unsynced();
      assert.ok(lost.some((path) => path.includes('/blobs/')) && lost.length > 5, lost.join());
      for (const path of lost) await lose(path);

      // The index has other bytes by now: those that were pinned are still the only ones.
      upstream.addProject('pinned', [
        { dist: { ...other, filename: pinned.filename }, hashes: {} },
      ]);
      await start('done', { unhashed: 'pin' });
      await assertServes();
      assert.notEqual((await file('pinned', pinned)).status, 200);
    });

  /** Files of the data folder for whose bytes nobody has waited; the lock is the system's. */
  async function unsynced(): Promise<string[]> {
    const synced = new Set((await readFile(syncedFile(), 'utf8')).split('\n'));
    const entries = await readdir(join(folder, 'data'), { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile() && entry.name !== 'lock')
      .map((entry) => join(entry.parentPath, entry.name));
    const inodes = await Promise.all(paths.map(async (path) => String((await stat(path)).ino)));
    return paths.filter((_, index) => !synced.has(inodes[index]!));
  }
});
