import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { startFakeUpstream } from '../support/fake-upstream.js';
import { startGateProcess } from '../support/gate-process.js';
import { ask } from '../support/wheelgate.js';

for (const workers of [1, 2])
  it(`goes on serving where nobody reads its log any more: ${workers} at work`, async () => {
    const upstream = await startFakeUpstream();
    const folder = await mkdtemp(join(tmpdir(), 'wheelgate-lost-log-'));
    const args = ['--upstream', upstream.url, '--workers', String(workers)];
    const gate = await startGateProcess({ folder, args });
    try {
      upstream.fault('/simple/demo/', { kind: 'status', status: 500 });
      gate.deafen();
      // Each of these is a warning in the log.
      for (let count = 0; count < 6; count += 1) {
        const { status } = await ask(`${gate.url}/simple/demo/`);
        assert.ok(status === 502 || status === 503, String(status));
      }
      assert.equal((await ask(`${gate.url}/healthz`)).status, 200);
      assert.equal(await gate.end('SIGTERM'), 0);
    } finally {
      await gate.end('SIGKILL');
      await upstream.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
