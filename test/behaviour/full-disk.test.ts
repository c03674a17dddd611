import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { packagePath, startFakeUpstream } from '../support/fake-upstream.js';
import { startGateProcess } from '../support/gate-process.js';
import { mountSmallDisk } from '../support/small-disk.js';
import { ask, startGate } from '../support/wheelgate.js';

const hooked = buildWheel({
  name: 'hooked',
  files: { 'hooked/__init__.py': '', 'hooked.pth': 'import os\n' },
});
const honest = buildWheel({ name: 'honest' });
const other = buildWheel({ name: 'other' });
const path = (project: string, filename: string) => `/files/${project}/${filename}`;

describe('a disk that takes nothing more', () => {
  it('costs the cache where another file system has room: what is allowed is served, what is not is refused, each time anew', async (t) => {
    const disk = mountSmallDisk(8);
    if (disk === undefined) return t.skip('it takes the right to mount');
    const gate = await startGate({ data: disk.folder, config: { 'cache.min-free': '8MiB' } });
    try {
      gate.upstream.addProject('honest', [honest]);
      gate.upstream.addProject('hooked', [hooked]);
      for (const round of [1, 2]) {
        const answer = await gate.get(path('honest', honest.filename));
        assert.deepEqual(answer.body, honest.bytes);
        assert.equal(gate.upstream.requests(packagePath('honest', honest.filename)), round);
        assert.equal((await gate.get(path('hooked', hooked.filename))).status, 403);
      }
      assert.equal((await gate.get('/readyz')).status, 200);
    } finally {
      await gate.close();
      disk.remove();
    }
  });

  it('is told: nothing new is received where more must stay free than there is', async () => {
    const gate = await startGate();
    const detail = async () => (await gate.get('/readyz')).json().parts['data-folder'];
    try {
      gate.upstream.addProject('honest', [honest]);
      // Whose size nobody declares comes in through a file.
      gate.upstream.addProject('hooked', [{ dist: hooked, extra: { size: undefined } }]);
      gate.upstream.addProject('other', [other]);
      await gate.get(path('honest', honest.filename));
      assert.equal((await detail())?.state ?? 'ok', 'ok');
      gate.configure({ 'cache.min-free': '1000000GiB' });
      await gate.restart();
      const answer = await gate.get(path('hooked', hooked.filename));
      assert.equal(answer.status, 503);
      assert.equal(answer.headers['retry-after'], '5');
      assert.match(answer.json().detail, /no space/);
      assert.equal((await detail()).state, 'degraded');
      assert.match((await detail()).detail, /cache\.min-free/);
      // What is small needs no room to be served, and is not kept.
      for (const times of [1, 2]) {
        assert.deepEqual((await gate.get(path('other', other.filename))).body, other.bytes);
        assert.equal(gate.upstream.requests(packagePath('other', other.filename)), times);
      }
    } finally {
      await gate.close();
    }
  });

  it('costs neither service nor refusal where findings cannot be written', async () => {
    const gate = await startGate();
    try {
      gate.upstream.addProject('honest', [honest]);
      gate.upstream.addProject('hooked', [hooked]);
      // A file in the folder's place fails every write, for root too.
      await writeFile(join(gate.folder, 'data', 'findings'), '');
      for (let round = 0; round < 2; round += 1) {
        assert.deepEqual((await gate.get(path('honest', honest.filename))).body, honest.bytes);
        assert.equal((await gate.get(path('hooked', hooked.filename))).status, 403);
      }
    } finally {
      await gate.close();
    }
  });

  it('does not stop the service where decisions cannot be written, and says so', async () => {
    const gate = await startGate();
    try {
      gate.upstream.addProject('honest', [honest]);
      gate.upstream.addProject('hooked', [hooked]);
      const file = join(gate.folder, 'data', 'decisions.jsonl');
      const state = async () => (await gate.get('/readyz')).json().parts['decision-log']?.state;
      assert.equal(await state(), undefined);
      await gate.restart(async () => {
        await rm(file);
        await mkdir(file);
      });
      // Before any decision.
      assert.equal(await state(), 'degraded');
      assert.deepEqual(await gate.metric('wheelgate_decision_log_failing'), [
        'wheelgate_decision_log_failing 1',
      ]);
      assert.deepEqual((await gate.get(path('honest', honest.filename))).body, honest.bytes);
      assert.equal((await gate.get(path('hooked', hooked.filename))).status, 403);
      assert.deepEqual(await gate.metric('wheelgate_decision_log_failures_total'), [
        'wheelgate_decision_log_failures_total 2',
      ]);
      const ready = await gate.get('/readyz');
      assert.equal(ready.status, 200);
      assert.equal(ready.json().parts['decision-log'].state, 'degraded');

      await rm(file, { recursive: true });
      await gate.get(path('honest', honest.filename));
      assert.equal(await state(), 'ok');
      assert.equal((await gate.decisions()).length, 1);
    } finally {
      await gate.close();
    }
  });
});

/** Incompressible, of so many bytes. */
const large = (name: string, bytes: number) =>
  buildWheel({ name, files: { [`${name}/data.bin`]: randomBytes(bytes) } });

/** A size is told by a page in JSON, or by the answer, or by nobody. */
const CASES = [
  { told: 'the index', workers: 1 },
  { told: 'nobody', workers: 1 },
  { told: 'the answer', workers: 2 },
];

describe('a disk of 80 MB, and no other', () => {
  const dists = Array.from({ length: 4 }, (_, index) => large(`big${index}`, 25_000_000));

  for (const { told, workers } of CASES)
    it(`gives four artifacts of 25 MB to who asks at once, their sizes told by ${told}, with ${workers} of us`, async (t) => {
      const disk = mountSmallDisk(80);
      if (disk === undefined) return t.skip('it takes the right to mount');
      const upstream = await startFakeUpstream();
      upstream.htmlOnly = told !== 'the index';
      for (const [index, dist] of dists.entries()) {
        upstream.addProject(`big${index}`, [dist]);
        if (told === 'nobody')
          upstream.fault(packagePath(`big${index}`, dist.filename), { kind: 'unannounced' });
      }
      const gate = await startGateProcess({
        folder: disk.folder,
        args: ['--upstream', upstream.url, '--workers', String(workers)],
        env: { WHEELGATE_CACHE_MIN_FREE: '1MiB', TMPDIR: disk.folder },
      });
      try {
        const answers = await Promise.all(
          dists.map(({ filename }, index) => ask(`${gate.url}${path(`big${index}`, filename)}`)),
        );
        for (const [index, { status, body }] of answers.entries()) {
          assert.equal(status, 200, body.toString('utf8', 0, 500));
          assert.ok(body.equals(dists[index]!.bytes));
        }
      } finally {
        await gate.end('SIGTERM');
        await upstream.close();
        disk.remove();
      }
    });
});
