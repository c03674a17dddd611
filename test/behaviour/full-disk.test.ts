import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { packagePath } from '../support/fake-upstream.js';
import { startGate } from '../support/wheelgate.js';

const hooked = buildWheel({
  name: 'hooked',
  files: { 'hooked/__init__.py': '', 'hooked.pth': 'import os\n' },
});
const honest = buildWheel({ name: 'honest' });
const path = (project: string, filename: string) => `/files/${project}/${filename}`;

describe('a disk that takes nothing more', () => {
  it('costs the cache: what is allowed is served, what is not is refused, each time anew', async () => {
    // More must stay free than any disk has.
    const gate = await startGate({ config: { 'cache.min-free': '1000000GiB' } });
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
