import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connect, until } from '../http/support/raw-client.js';
import { buildWheel } from '../support/distributions.js';
import { packagePath } from '../support/fake-upstream.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const MIB = 2 ** 20;

describe('a wheel that is on its way', () => {
  let gate: TestGate;
  let count = 0;
  before(async () => {
    const config = { 'gate.hold-bytes': 10_000, 'gate.last-block': 4_096, 'cache.memory': 0 };
    gate = await startGate({ config });
  });
  after(() => gate.close());

  /** Lists a wheel of random bytes. @param extra what its entry says besides */
  function list(
    length: number,
    { files = {}, extra = {} }: { files?: Record<string, string>; extra?: object } = {},
  ) {
    count += 1;
    const name = `wheel${count}`;
    const dist = buildWheel({ name, files: { [`${name}/x.bin`]: randomBytes(length), ...files } });
    gate.upstream.addProject(name, [{ dist, extra: { ...extra } }]);
    return {
      dist,
      path: `/files/${name}/${dist.filename}`,
      place: packagePath(name, dist.filename),
    };
  }

  const spooled = async () =>
    (await readdir(join(gate.folder, 'data', 'spool')).catch(() => [])).length;
  const blobs = async () =>
    (await readdir(join(gate.folder, 'data', 'blobs'), { recursive: true }).catch(() => []))
      .map((path) => path.split('/').at(-1)!)
      .filter((name) => name.length === 64);

  /** Asks for a file whose transfer stands still, and waits until the first bytes of it have left. */
  async function askForStalled({ path, place, dist }: ReturnType<typeof list>) {
    gate.upstream.fault(place, { kind: 'stall', after: dist.bytes.length - 1_000 });
    const client = connect(gate.url + path);
    await until(() => client.received > 0);
    return client;
  }

  for (const [what, length, extra, files] of [
    ['is in no file before its verdict, where it is small', 100_000, {}, 0],
    ['comes in through a file, where it is large', MIB, {}, 1],
    ['comes in through a file, where nobody says how large it is', 100_000, { size: undefined }, 1],
  ] as const)
    it(what, async () => {
      const wheel = list(length, { extra });
      const client = await askForStalled(wheel);
      assert.equal(await spooled(), files);
      gate.upstream.release();
      await client.ended;
      assert.equal(client.end, 'whole');
      assert.ok(client.body.equals(wheel.dist.bytes));
      // It goes on to the store, from where it is read again.
      while (!(await blobs()).includes(wheel.dist.sha256));
      assert.ok((await gate.get(wheel.path)).body.equals(wheel.dist.bytes));
      assert.equal(gate.upstream.requests(wheel.place), 1);
      assert.equal(await spooled(), 0);
    });

  it('leaves nothing on the disk where it is refused, however small', async () => {
    const wheel = list(50_000, { files: { 'hooked.pth': 'import os\n' } });
    const client = await askForStalled(wheel);
    assert.equal(await spooled(), 0);
    gate.upstream.release();
    await client.ended;
    assert.equal(client.end, 'cut');
    assert.ok(client.received < wheel.dist.bytes.length);
    assert.equal((await gate.get(wheel.path)).status, 403);
    assert.ok(!(await blobs()).includes(wheel.dist.sha256));
  });

  it('is broken where it has more bytes than its index declares, and is whole once that is mended', async () => {
    const wheel = list(5_000);
    const project = wheel.path.split('/')[2]!;
    for (const size of [wheel.dist.bytes.length - 100, 1, 0]) {
      gate.upstream.addProject(project, [{ dist: wheel.dist, extra: { size } }]);
      gate.now += 3_600_000;
      for (const fault of [undefined, { kind: 'unannounced' } as const]) {
        gate.upstream.fault(wheel.place, fault);
        assert.equal((await gate.get(wheel.path)).status, 502);
      }
    }
    assert.ok(!(await blobs()).includes(wheel.dist.sha256));
    gate.upstream.addProject(project, [{ dist: wheel.dist }]);
    gate.now += 3_600_000;
    assert.ok((await gate.get(wheel.path)).body.equals(wheel.dist.bytes));
  });

  it('comes in through a file, where so many others are in memory that there is no more room', async () => {
    const wheels = Array.from({ length: 20 }, () => list(MIB - 20_000));
    const clients = await Promise.all(wheels.map((wheel) => askForStalled(wheel)));
    const inFiles = await spooled();
    assert.ok(inFiles >= 4 && inFiles < wheels.length, `${inFiles} of ${wheels.length} in files`);
    gate.upstream.release();
    for (const [index, client] of clients.entries()) {
      await client.ended;
      assert.ok(client.body.equals(wheels[index]!.dist.bytes));
    }
    // The room is there again.
    while ((await spooled()) > 0);
    await askForStalled(list(100_000));
    assert.equal(await spooled(), 0);
    gate.upstream.release();
  });
});
