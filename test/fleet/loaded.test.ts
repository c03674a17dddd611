import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type FakeS3, startFakeS3 } from '../support/fake-s3.js';
import { startGateProcess } from '../support/gate-process.js';
import { LOADED_FILE, PRELOAD } from '../support/loaded-modules.js';
import { S3_CREDENTIALS } from '../support/s3-servers.js';

describe('a server', () => {
  let folder: string;
  let s3: FakeS3;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-loaded-'));
    s3 = await startFakeS3();
  });
  after(async () => {
    await s3.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** @returns the modules that it has loaded by its end, and what it has written */
  async function serve(args: string[]): Promise<{ loaded: string; log: string }> {
    const file = join(folder, 'loaded');
    const gate = await startGateProcess({
      folder,
      args: ['--upstream', 'http://127.0.0.1:9/simple/', ...args],
      env: { ...S3_CREDENTIALS, [LOADED_FILE]: file, NODE_OPTIONS: `--import=${PRELOAD}` },
    });
    assert.equal(await gate.end('SIGTERM'), 0);
    return { loaded: await readFile(file, 'utf8'), log: gate.log() };
  }

  it('loads the client of Redis where there is one, and not where there is none', async () => {
    const alone = await serve([]);
    assert.match(alone.loaded, /node_modules/);
    assert.doesNotMatch(alone.loaded, /ioredis/);
    // Nobody listens there: it serves all the same.
    const sharing = await serve(['--redis', 'redis://127.0.0.1:9']);
    assert.match(sharing.loaded, /node_modules\/ioredis/);
    assert.match(sharing.log, /this replica continues alone/);
    assert.doesNotMatch(sharing.log, /Warning|Unhandled/);
  });

  it('loads the S3 client where artifacts are shared, and not where they are not', async () => {
    const alone = await serve([]);
    assert.match(alone.loaded, /node_modules/);
    assert.doesNotMatch(alone.loaded, /@aws-sdk/);
    const sharing = await serve(['--s3', `s3://wheels?endpoint=${s3.url}`]);
    assert.match(sharing.loaded, /@aws-sdk\/client-s3/);
    // Nor does it say which Node that client would like better.
    assert.doesNotMatch(sharing.log, /Warning/);
  });
});
