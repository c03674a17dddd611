import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { open, readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { packagePath } from '../support/fake-upstream.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

/** A wheel with so many members beside its metadata. */
function wheelOf(name: string, members: number): Distribution {
  const files = Array.from({ length: members }, (_, index) => [`${name}/m${index}.py`, 'x']);
  return buildWheel({ name, files: Object.fromEntries(files) });
}

describe('findings', () => {
  let gate: TestGate;
  const small = wheelOf('demo', 3);
  const large = wheelOf('other', 30);
  /** One byte of a member is another than its checksum says. */
  const damaged = buildWheel({
    name: 'damaged',
    files: { 'damaged/a.py': 'x' },
    entries: ([first, ...rest]) => [{ ...first!, local: { crc: 1 }, central: { crc: 1 } }, ...rest],
  });
  beforeEach(async () => {
    gate = await startGate();
    for (const dist of [small, large, damaged]) list(dist);
  });
  afterEach(() => gate.close());

  const list = (dist: Distribution) => {
    const name = dist.filename.split('-')[0]!;
    // Where nothing else is left to choose, a page does not yank.
    gate.upstream.addProject(name, [dist, buildWheel({ name, version: '9.0' })]);
  };
  const status = async ({ filename }: Distribution) => {
    const project = filename.split('-')[0];
    const file = await gate.get(`/files/${project}/${filename}`);
    const page = await gate.get(`/simple/${project}/`, {
      accept: 'application/vnd.pypi.simple.v1+json',
    });
    // What the file's answer says, the page says as soon as that is known.
    const listed = page.json().files.find((one: any) => one.filename === filename);
    assert.equal(Boolean(listed.yanked), file.status === 403);
    return file.status;
  };

  it('are those of the limits in force, also of what is in the cache', async () => {
    assert.deepEqual([await status(small), await status(large)], [200, 200]);
    gate.configure({ 'inspection.members': 20 });
    await gate.restart();
    assert.deepEqual([await status(small), await status(large)], [200, 403]);
    gate.configure({ 'inspection.members': 100 });
    await gate.restart();
    assert.deepEqual([await status(small), await status(large)], [200, 200]);
    gate.configure({ 'inspection.members': 2 });
    await gate.restart();
    assert.deepEqual([await status(small), await status(large)], [403, 403]);
    gate.configure({ 'inspection.members': 100_000 });
    await gate.restart();
    assert.deepEqual([await status(small), await status(large)], [200, 200]);
  });

  it('of a hurried look do not stand for those of a thorough one', async () => {
    gate.configure({ 'inspection.inflate': 'needed' });
    await gate.restart();
    assert.equal(await status(damaged), 200);
    gate.configure({ 'inspection.inflate': 'all' });
    await gate.restart();
    assert.equal(await status(damaged), 403);
    gate.configure({ 'inspection.inflate': 'needed' });
    await gate.restart();
    assert.equal(await status(damaged), 200);
  });

  it('are not looked for again where only the time or the memory is another', async () => {
    assert.equal(await status(small), 200);
    const looks = async () =>
      (await gate.metric('wheelgate_inspection_duration_seconds_count')).join();
    gate.configure({ 'inspection.time': '60s', 'inspection.worker-heap': '200MiB' });
    await gate.restart();
    assert.equal(await status(small), 200);
    assert.doesNotMatch(await looks(), /[1-9]\d*$/);
  });

  it('do not say that timeout once there is time again', async () => {
    gate.configure({ 'inspection.time': '0ms' });
    await gate.restart();
    const first = await gate.get(`/files/demo/${small.filename}`);
    assert.match(first.phrase, /took longer than 0 ms/);
    gate.configure({ 'inspection.time': '120s' });
    await gate.restart();
    assert.equal(await status(small), 200);
  });

  it('of an archive that always takes too long cost an inspection now and then, not at each request', async () => {
    gate.configure({ 'inspection.time': '0ms' });
    await gate.restart();
    const path = packagePath('demo', small.filename);
    const asked = gate.upstream.requests(path);
    // The first may pass, and no page speaks of it.
    assert.equal((await gate.get(`/files/demo/${small.filename}`)).status, 403);
    for (let time = 0; time < 5; time += 1) assert.equal(await status(small), 403);
    assert.equal(gate.upstream.requests(path) - asked, 2);
    gate.now += 31_000;
    for (let time = 0; time < 5; time += 1) assert.equal(await status(small), 403);
    assert.equal(gate.upstream.requests(path) - asked, 3);
  });

  it('of two files that go by one name, one after the other, are each their own', async () => {
    const good = buildWheel({ name: 'twice', files: { 'twice/a.py': 'x' } });
    const bad = buildWheel({ name: 'twice', files: { 'twice.pth': 'import os\n' } });
    assert.equal(good.filename, bad.filename);
    for (const [dist, expected] of [
      [good, 200],
      [bad, 403],
      [good, 200],
      [bad, 403],
    ] as const) {
      list(dist);
      gate.now += 120_000;
      assert.equal(await status(dist), expected);
    }
  });
});

describe('a cached file', () => {
  let gate: TestGate;
  const small = buildWheel({ name: 'small', files: { 'small/a.py': 'x' } });
  const large = buildWheel({
    name: 'large',
    files: { 'large/data.bin': randomBytes(5 * 2 ** 20) },
  });
  before(async () => {
    gate = await startGate();
    gate.upstream.addProject('small', [small]);
    gate.upstream.addProject('large', [large]);
  });
  after(() => gate.close());

  const get = ({ filename }: Distribution, headers = {}, method = 'GET') =>
    gate.get(`/files/${filename.split('-')[0]}/${filename}`, headers, method);
  const fetched = ({ filename }: Distribution) =>
    gate.upstream.requests(packagePath(filename.split('-')[0]!, filename));

  async function pathOf({ sha256 }: Distribution): Promise<string> {
    const blobs = join(gate.folder, 'data', 'blobs');
    const names = await readdir(blobs, { recursive: true });
    const name = names.find((one) => one.endsWith(sha256));
    assert.ok(name !== undefined, 'it is in the cache');
    return join(blobs, name);
  }

  const changes: [string, (path: string) => Promise<unknown>][] = [
    ['is cut short', (path) => truncate(path, 1_000)],
    ['lost its last byte', async (path) => truncate(path, (await stat(path)).size - 1)],
    [
      'has one other byte',
      async (path) => {
        const file = await open(path, 'r+');
        await file.write(Buffer.from([0xa5]), 0, 1, 300);
        await file.close();
      },
    ],
  ];
  for (const dist of [small, large])
    for (const [what, change] of changes)
      it(`that ${what} is fetched anew, and never goes out: ${dist.filename}`, async () => {
        assert.equal((await get(dist)).status, 200);
        // What lies in memory is not the file's.
        await gate.restart();
        const before = fetched(dist);
        await change(await pathOf(dist));
        const range = await get(dist, { range: 'bytes=100-499' });
        assert.deepEqual([range.status, range.body], [206, dist.bytes.subarray(100, 500)]);
        const head = await get(dist, {}, 'HEAD');
        assert.equal(head.headers['content-length'], String(dist.bytes.length));
        assert.deepEqual((await get(dist)).body, dist.bytes);
        assert.equal(fetched(dist) - before, 1);
        await gate.restart();
        assert.deepEqual((await get(dist)).body, dist.bytes);
        assert.equal(fetched(dist) - before, 1, 'the new one is as good as the first was');
      });
});
