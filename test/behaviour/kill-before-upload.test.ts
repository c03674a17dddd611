import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { type FakeS3, startFakeS3 } from '../support/fake-s3.js';
import { type FakeUpstream, packagePath, startFakeUpstream } from '../support/fake-upstream.js';
import { type GateProcess, startGateProcess } from '../support/gate-process.js';
import { S3_CREDENTIALS } from '../support/s3-servers.js';
import { until } from '../support/until.js';
import { ask } from '../support/wheelgate.js';

const MIB = 2 ** 20;

/** Everything below a folder, by its last name. */
async function namesIn(folder: string): Promise<ReadonlySet<string>> {
  return new Set((await readdir(folder, { recursive: true })).map((path) => basename(path)));
}

describe('kill -9 between the verdict and the end of the upload to S3', () => {
  let upstream: FakeUpstream;
  let s3: FakeS3;
  let folder: string;
  const gates: GateProcess[] = [];

  beforeEach(async () => {
    [upstream, s3] = [await startFakeUpstream(), await startFakeS3()];
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-upload-'));
  });
  afterEach(async () => {
    for (const gate of gates.splice(0)) await gate.end('SIGKILL');
    await Promise.all([upstream.close(), s3.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  async function start(name: string): Promise<GateProcess> {
    const gate = await startGateProcess({
      folder,
      args: [
        ...['--upstream', upstream.url, '--data', join(folder, name)],
        ...['--s3', `s3://wheels?endpoint=${s3.url}`],
      ],
      env: S3_CREDENTIALS,
    });
    gates.push(gate);
    return gate;
  }

  for (const [what, size, uploads] of [
    ['one piece', MIB, 0],
    ['parts', 18 * MIB, 1],
  ] as const)
    it(`leaves no object, and others do without it: ${what}`, async () => {
      const dist = buildWheel({ name: 'demo', files: { 'demo/data.bin': randomBytes(size) } });
      upstream.addProject('demo', [dist]);
      const path = `/files/demo/${dist.filename}`;
      const transfers = () => upstream.requests(packagePath('demo', dist.filename));
      const assertServes = async ({ url }: GateProcess) => {
        const { status, body } = await ask(url + path);
        assert.deepEqual([status, body.equals(dist.bytes)], [200, true]);
      };

      s3.fault = { kind: 'silence', method: 'PUT' };
      const first = await start('first');
      await assertServes(first);
      await until(() => s3.requests('PUT') > 0);
      // A client has its file before the disk has it: what a death loses in between is fetched again.
      await until(async () => (await namesIn(join(folder, 'first', 'blobs'))).has(dist.sha256));
      await first.end('SIGKILL');
      // Parts that were sent may remain; a lifecycle rule removes them.
      assert.deepEqual([s3.objects.size, s3.uploads.size], [0, uploads]);
      assert.equal(transfers(), 1);

      s3.fault = undefined;
      // Back with its disk, it asks nobody.
      await assertServes(await start('first'));
      assert.equal(transfers(), 1);
      // One that has never seen it has it from the index, and puts it into the bucket.
      await assertServes(await start('second'));
      assert.equal(transfers(), 2);
      await until(() => s3.objects.size === 1);
      assert.deepEqual([...s3.objects.values()][0], dist.bytes);
      await assertServes(await start('third'));
      assert.equal(transfers(), 2);
    });
});
