import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { rollupFile } from '../../../src/decisions/rollups/saved-rollups.js';
import { keptLog, recount } from './support.js';

const PROGRAM = fileURLToPath(new URL('./saving-process.js', import.meta.url));

it('roll-ups of a process that is killed while it saves them equal a recount of its log', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wheelgate-killed-'));
  const file = join(folder, 'decisions.jsonl');
  try {
    for (let life = 0; life < 3; life += 1) {
      const child = spawn(process.execPath, [PROGRAM, file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
      await once(child, 'exit');
      const kept = await keptLog(file, 20_000);
      await kept.keeper.counted();
      assert.deepEqual(kept.keeper.progress, { kind: 'whole' });
      const counted = kept.keeper.rollups.state();
      await kept.stop();
      const others = (await readdir(folder)).map((name) => name.replace(/\.gz$/, ''));
      assert.deepEqual(counted, await recount(file, others));
      assert.ok(counted.newest.length > 50);
      assert.ok((await readdir(folder)).includes(rollupFile('decisions.jsonl')));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
