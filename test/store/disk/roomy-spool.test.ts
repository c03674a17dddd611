import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { DiskSpace } from '../../../src/store/disk/disk-space.js';
import { DiskSpool } from '../../../src/store/disk/disk-spool.js';
import { RoomySpool } from '../../../src/store/disk/roomy-spool.js';
import type { Spool, SpoolFile } from '../../../src/store/spool.js';

const MIB = 2 ** 20;

describe('where an artifact is received', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-roomy-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** A place with so much free, in MiB, of which what is written there is taken away. */
  function place(name: string, free: number, reclaimable = 0) {
    const disk = { free: free * MIB };
    const directory = join(folder, name);
    const below = new DiskSpool(directory);
    const spool: Spool = { create: async () => new FileOn(disk, await below.create()) };
    const space = new DiskSpace({
      directory,
      minFree: 0,
      fileSystem: async () => ({ size: 1_000 * MIB, free: disk.free }),
      reclaim: async (bytes) => {
        const given = bytes <= reclaimable * MIB ? bytes : 0;
        disk.free += given;
        return given;
      },
    });
    return { spool, space, disk };
  }

  const nameOf = ({ path }: SpoolFile) => dirname(path).slice(folder.length + 1);

  /** In MiB. */
  const cases: [string, { main: number; spare: number; reclaimable?: number }, string][] = [
    ['beside the blobs where there is room', { main: 100, spare: 100 }, 'main'],
    [
      'beside the blobs once the cache has given way',
      { main: 1, spare: 100, reclaimable: 50 },
      'main',
    ],
    ['in the spare folder where only that has room', { main: 1, spare: 100 }, 'spare'],
  ];
  for (const [name, { main, spare, reclaimable }, expected] of cases)
    it(`it is received ${name}`, async () => {
      const spool = new RoomySpool({
        main: place('main', main, reclaimable),
        spare: place('spare', spare),
        patience: 0,
      });
      const file = await spool.create(20 * MIB);
      assert.equal(nameOf(file), expected);
    });

  it('it is received in the spare folder where its size is told later, and nothing of it is left beside the blobs', async () => {
    const spool = new RoomySpool({
      main: place('main', 10),
      spare: place('spare', 100),
      patience: 0,
    });
    const file = await spool.create();
    assert.equal(nameOf(file), 'main');
    await file.expect(20 * MIB);
    assert.equal(nameOf(file), 'spare');
    for (let written = 0; written < 20; written += 1) await file.append([Buffer.alloc(MIB)]);
    assert.deepEqual(await readdir(join(folder, 'main')), []);
    await (await spool.create(10 * MIB)).discard();
    await file.discard();
    assert.deepEqual(await readdir(join(folder, 'spare')), []);
  });

  it('it is not received where there is no room at all, and nothing of it is left', async () => {
    const spool = new RoomySpool({
      main: place('main', 1),
      spare: place('spare', 1),
      patience: 0,
    });
    await assert.rejects(spool.create(20 * MIB), { kind: 'overloaded', retryAfter: 5_000 });
    assert.deepEqual(await readdir(folder), []);
  });

  it('waits until another has been put away', async () => {
    const main = place('main', 30);
    const spool = new RoomySpool({ main, patience: 1e6 });
    const first = await spool.create(20 * MIB);
    const waiting = spool.create(20 * MIB);
    await first.discard();
    await (await waiting).discard();
    await (await spool.create(30 * MIB)).discard();
  });

  it('gives the room back where the file cannot be made', async () => {
    const { space } = place('main', 30);
    const cause = new Error('no folder');
    const broken = { create: () => Promise.reject(cause) };
    const spool = new RoomySpool({ main: { spool: broken, space }, patience: 0 });
    for (let round = 0; round < 3; round += 1)
      await assert.rejects(spool.create(20 * MIB), { kind: 'overloaded', cause });
  });

  it('promises a file of unknown size room as it grows, and takes it back with the file', async () => {
    const main = place('main', 25);
    const spool = new RoomySpool({ main, patience: 0 });
    const piece = Buffer.alloc(MIB);
    const file = await spool.create();
    for (let written = 0; written < 20; written += 1) await file.append([piece]);
    await assert.rejects(spool.create(6 * MIB), { kind: 'overloaded' });
    for (let written = 20; written < 25; written += 1) await file.append([piece]);
    await assert.rejects(file.append([piece]), { kind: 'overloaded' });
    await file.discard();
    const known = await spool.create();
    await known.expect(25 * MIB);
    await assert.rejects(spool.create(MIB), { kind: 'overloaded' });
    await known.discard();
    await (await spool.create(25 * MIB)).discard();
  });
});

/** A spool file of a pretended disk. */
class FileOn implements SpoolFile {
  readonly #disk: { free: number };
  readonly #file: SpoolFile;

  constructor(disk: { free: number }, file: SpoolFile) {
    this.#disk = disk;
    this.#file = file;
  }

  get path(): string {
    return this.#file.path;
  }

  get size(): number {
    return this.#file.size;
  }

  async append(pieces: readonly Uint8Array[]): Promise<void> {
    for (const { length } of pieces) this.#disk.free -= length;
    assert.ok(this.#disk.free >= 0, 'the disk is full');
    await this.#file.append(pieces);
  }

  async discard(): Promise<void> {
    this.#disk.free += this.size;
    await this.#file.discard();
  }

  expect = () => Promise.resolve();
  open = () => this.#file.open();
  sync = () => this.#file.sync();
  moved = () => this.#file.moved();
}
