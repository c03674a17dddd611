import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { boundRecords } from '../../../src/store/disk/bound-records.js';
import { RememberedRecords } from '../../../src/store/disk/remembered-records.js';

const BLOCK = 4_096;

describe('records that can be found out again', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-bound-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Two blocks of a project, used at a time in seconds since 1970. */
  async function put(project: string, used: number): Promise<void> {
    await mkdir(join(folder, project), { recursive: true });
    for (const name of ['a.json', 'b.json']) await writeFile(join(folder, project, name), 'x');
    await utimes(join(folder, project), used, used);
  }

  it('stay while they are within their bound', async () => {
    for (const [index, project] of ['one', 'two', 'three'].entries()) await put(project, index);
    await boundRecords(folder, 1, 6 * BLOCK);
    assert.equal((await readdir(folder)).length, 3);
  });

  it('go a project at a time, the longest unused first, until they are', async () => {
    await put('ahead', Date.now() / 1_000 + 1e6);
    for (const [index, project] of ['one', 'two', 'three'].entries()) await put(project, index + 1);
    await boundRecords(folder, 1, 5 * BLOCK);
    assert.deepEqual((await readdir(folder)).sort(), ['ahead', 'three']);
    await boundRecords(folder, 1, 0);
    assert.deepEqual(await readdir(folder), []);
  });

  it('are counted below each upstream', async () => {
    await put('pypi/one', 1);
    await put('internal/two', 2);
    await boundRecords(folder, 2, 2 * BLOCK);
    assert.deepEqual(await readdir(join(folder, 'pypi')), []);
    assert.deepEqual(await readdir(join(folder, 'internal')), ['two']);
  });

  it('are used when they are read', async () => {
    await put('read', 1);
    await put('unread', 2);
    const records = new RememberedRecords<Set<string>, string>({
      directory: folder,
      read: async (_folder, names) => new Set(names),
      add: (known, names) => new Set([...known, ...names]),
      sizeOf: (known) => known.size,
      room: 100,
      derived: true,
      onUnreadable: () => {},
    });
    assert.equal((await records.of('read')).size, 2);
    await boundRecords(folder, 1, 2 * BLOCK);
    assert.deepEqual(await readdir(folder), ['read']);
  });

  it('are none where there is no folder', async () => {
    await boundRecords(join(folder, 'nowhere'), 1, 0);
    assert.deepEqual(await readdir(folder), []);
  });
});
