import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { RememberedRecords } from '../../../src/store/disk/remembered-records.js';

describe('the records of a project', () => {
  let directory: string;
  let reads: number;
  /** What a read waits for. */
  let gate: Promise<void>;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wheelgate-remembered-'));
    await mkdir(join(directory, 'demo'));
    await writeFile(join(directory, 'demo', 'a.json'), '');
    reads = 0;
    gate = Promise.resolve();
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const remembered = (room = 100) =>
    new RememberedRecords<ReadonlySet<string>, string>({
      directory,
      read: async (_folder, names) => {
        reads += 1;
        await gate;
        return new Set(names);
      },
      add: (records, more) => new Set([...records, ...more]),
      sizeOf: (records) => 1 + records.size,
      room,
      derived: false,
      onUnreadable: () => {},
    });

  it('are read from its folder once, however many ask, and not from files that are being written', async () => {
    await writeFile(join(directory, 'demo', '.b.json'), '');
    await writeFile(join(directory, 'demo', 'b.tmp'), '');
    const records = remembered();
    assert.equal(records.peek('demo'), undefined);
    const all = await Promise.all([records.of('demo'), records.of('demo')]);
    assert.deepEqual([...all[0]], ['a.json']);
    assert.equal(all[1], all[0]);
    assert.equal(await records.of('demo'), all[0]);
    assert.equal(records.peek('demo'), all[0]);
    assert.equal(reads, 1);
    assert.equal((await records.of('other')).size, 0);
  });

  it('have one that is learnt while they are being read', async () => {
    let open = (): void => {};
    gate = new Promise((resolve) => {
      open = resolve;
    });
    const records = remembered();
    const first = records.of('demo');
    records.learn('demo', ['b.json']);
    open();
    await first;
    assert.deepEqual([...(await records.of('demo'))], ['a.json', 'b.json']);
  });

  it('are read again once they are forgotten, or memory has no room for them', async () => {
    const records = remembered();
    await records.of('demo');
    records.learn('demo', ['b.json']);
    records.forget('demo');
    assert.deepEqual([...(await records.of('demo'))], ['a.json']);
    records.forget();
    await records.of('demo');
    assert.equal(reads, 3);
    const small = remembered(2);
    await small.of('demo');
    small.learn('demo', ['b.json']);
    assert.equal(small.peek('demo'), undefined);
  });

  it('are asked for again where they could not be read', async () => {
    await writeFile(join(directory, 'broken'), '');
    const records = remembered();
    await assert.rejects(async () => records.of('broken'), { code: 'ENOTDIR' });
    await rm(join(directory, 'broken'));
    assert.equal((await records.of('broken')).size, 0);
  });
});
