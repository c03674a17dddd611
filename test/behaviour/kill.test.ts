import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { type FakeUpstream, packagePath, startFakeUpstream } from '../support/fake-upstream.js';
import { type GateProcess, startGateProcess } from '../support/gate-process.js';
import { until } from '../support/until.js';
import { ask } from '../support/wheelgate.js';

const SIZE = 3 * 2 ** 20;

describe('kill -9', () => {
  const dist = buildWheel({ name: 'demo', files: { 'demo/data.bin': randomBytes(SIZE) } });
  const path = `/files/demo/${dist.filename}`;
  const upstreamPath = packagePath('demo', dist.filename);
  let upstream: FakeUpstream;
  let folder: string;
  let gate: GateProcess;

  const start = (env = {}) => startGateProcess({ folder, args: ['--upstream', upstream.url], env });
  before(async () => {
    upstream = await startFakeUpstream();
    upstream.addProject('demo', [dist]);
  });
  after(() => upstream.close());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-kill-'));
    gate = await start();
  });
  afterEach(async () => {
    upstream.fault(upstreamPath, undefined);
    upstream.release();
    await gate.end('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  /** What must hold on the disk, whenever the process died, and of the process that comes after it. */
  async function checkAfterDeath(): Promise<void> {
    await checkBlobs();
    gate = await start();
    assert.deepEqual(await readdir(join(folder, 'data', 'spool')), []);
    assert.deepEqual((await ask(gate.url + path)).body, dist.bytes);
    assert.deepEqual((await ask(gate.url + path)).body, dist.bytes);
    await checkBlobs();
    const text = await readFile(join(folder, 'data', 'decisions.jsonl'), 'utf8');
    const last = text.trimEnd().split('\n').slice(-2);
    assert.deepEqual(
      last.map((line) => JSON.parse(line).bytes),
      [dist.bytes.length, dist.bytes.length],
    );
  }

  async function checkBlobs(): Promise<void> {
    const blobs = join(folder, 'data', 'blobs');
    for (const name of await readdir(blobs, { recursive: true }).catch(() => [])) {
      if (!/[0-9a-f]{64}$/.test(name)) continue;
      const digest = createHash('sha256').update(await readFile(join(blobs, name)));
      assert.equal(digest.digest('hex'), name.slice(-64));
    }
  }

  it('in the middle of a fill', async () => {
    upstream.fault(upstreamPath, { kind: 'stall', after: SIZE / 3 });
    const request = get(gate.url + path);
    const broken = once(request, 'error');
    while ((await readdir(join(folder, 'data', 'spool'))).length === 0)
      await new Promise((resolve) => setImmediate(resolve));
    await gate.end('SIGKILL');
    await broken;
    upstream.fault(upstreamPath, undefined);
    upstream.release();
    await checkAfterDeath();
  });

  it('in the middle of a file that is fetched ahead, of which the next process has nothing and fetches all', async () => {
    const first = buildWheel({ name: 'ahead', version: '1.0' });
    const second = buildWheel({
      name: 'ahead',
      version: '2.0',
      files: { 'ahead/data.bin': randomBytes(SIZE) },
    });
    const [place, url] = [packagePath('ahead', second.filename), `/files/ahead/${second.filename}`];
    const spool = () => readdir(join(folder, 'data', 'spool'));
    // Each request asks the index for the page.
    const env = { WHEELGATE_CACHE_PAGE_TTL: '0s' };
    await gate.end('SIGTERM');
    gate = await start(env);
    upstream.addProject('ahead', [first]);
    assert.equal((await ask(`${gate.url}/files/ahead/${first.filename}`)).status, 200);
    upstream.addProject('ahead', [second, first]);
    upstream.fault(place, { kind: 'stall', after: SIZE / 3 });
    assert.equal((await ask(`${gate.url}/simple/ahead/`)).status, 200);
    await until(async () => (await spool()).length > 0);
    await gate.end('SIGKILL');
    assert.ok((await spool()).length > 0, 'a part of it is left');
    await checkBlobs();
    upstream.fault(place, { kind: 'status', status: 404 });
    upstream.release();
    gate = await start(env);
    assert.deepEqual(await spool(), []);
    for (const headers of [{}, { range: 'bytes=0-9' }]) {
      const { status, body } = await ask(gate.url + url, headers);
      assert.ok(status >= 400, `${status}`);
      assert.ok(!body.includes(second.bytes.subarray(0, 10)));
    }
    upstream.fault(place, undefined);
    const asked = upstream.requests(place);
    const answer = await ask(gate.url + url);
    assert.deepEqual([answer.status, answer.body.equals(second.bytes)], [200, true]);
    assert.ok(upstream.requests(place) > asked, 'all of it comes from the index');
    assert.deepEqual(
      (await ask(gate.url + url, { range: 'bytes=0-9' })).body,
      second.bytes.subarray(0, 10),
    );
    await until(async () => (await spool()).length === 0);
    await checkBlobs();
  });

  it('in the middle of a probe, after which the next process probes the file and refuses it', async () => {
    const uploadTime = new Date().toISOString();
    const good = buildWheel({ name: 'probed', version: '1.0.0' });
    const bad = buildWheel({ name: 'probed', version: '1.0.1', files: { 'a.pth': 'import os\n' } });
    upstream.addProject(
      'probed',
      [good, bad].map((one) => ({ dist: one, uploadTime })),
    );
    const place = packagePath('probed', bad.filename);
    const yanked = async (): Promise<unknown[]> => {
      const page = await ask(`${gate.url}/simple/probed/`, {
        accept: 'application/vnd.pypi.simple.v1+json',
      });
      return JSON.parse(page.body.toString()).files.map((file: { yanked: unknown }) => file.yanked);
    };
    upstream.fault(place, { kind: 'stall', after: 10 });
    assert.deepEqual(await yanked(), [false, false]);
    const asked = upstream.requests(place);
    assert.ok(asked > 0, 'its probe is under way');
    await gate.end('SIGKILL');
    upstream.fault(place, undefined);
    upstream.release();
    await checkAfterDeath();
    await until(async () => (await yanked())[1] !== false);
    assert.match(String((await yanked())[1]), /startup-hook/);
    assert.equal((await yanked())[0], false);
    assert.ok(upstream.requests(place) > asked);
    assert.equal((await ask(`${gate.url}/files/probed/${good.filename}`)).status, 200);
    assert.equal((await ask(`${gate.url}/files/probed/${bad.filename}`)).status, 403);
  });

  it('at the first byte of a response', async () => {
    const request = get(gate.url + path);
    request.on('error', () => {});
    const [response] = await once(request, 'response');
    response.on('error', () => {});
    response.resume();
    await gate.end('SIGKILL');
    await checkAfterDeath();
  });

  it('at the last byte of a response, when the fill is being put away', async () => {
    await ask(gate.url + path);
    await gate.end('SIGKILL');
    await checkAfterDeath();
  });

  it('at arbitrary moments of many fills', async () => {
    // Each round dies some more reads of the event loop into the fill: no clock decides.
    for (const turns of [0, 1, 3, 10, 30, 100, 300]) {
      const request = get(gate.url + path);
      request.on('error', () => {});
      request.on('response', (response) => response.on('error', () => {}).resume());
      for (let turn = 0; turn < turns; turn += 1)
        await new Promise((resolve) => setImmediate(resolve));
      await gate.end('SIGKILL');
      await checkAfterDeath();
      // Cold again; a gate that lives may still be putting its last fill away.
      await gate.end('SIGKILL');
      await rm(join(folder, 'data', 'blobs'), { recursive: true, force: true });
      gate = await start();
    }
  });
});
