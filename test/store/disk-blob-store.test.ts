import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { parseSha256, type Sha256 } from '../../src/domain/digest.js';
import type { Blob, BlobStore } from '../../src/store/blob-store.js';
import { DiskBlobStore } from '../../src/store/disk/disk-blob-store.js';
import { DiskRoom } from '../../src/store/disk/disk-room.js';
import { DiskSpool } from '../../src/store/disk/disk-spool.js';
import { TemporarySpool } from '../../src/store/disk/temporary-spool.js';
import { MemoryBlobTier } from '../../src/store/memory-blob-tier.js';
import { readBlob } from '../../src/store/read-blob.js';

const PLENTY = 2 ** 40;

describe('blob stores', () => {
  let folder: string;
  let spool: DiskSpool;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-blobs-'));
    spool = new DiskSpool(join(folder, 'spool'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const roomFor = (maxBytes = PLENTY, freeBytes = async () => PLENTY) =>
    new DiskRoom({ directory: join(folder, 'blobs'), maxBytes, minFree: 1_000, freeBytes });
  const disk = (room = roomFor()) => new DiskBlobStore(join(folder, 'blobs'), room);

  async function put(store: BlobStore, text: string): Promise<Sha256 | undefined> {
    const file = await spool.create();
    await file.append([Buffer.from(text)]);
    const sha256 = parseSha256(createHash('sha256').update(text).digest('hex'))!;
    const kept = await store.adopt(sha256, file);
    await file.discard();
    return kept ? sha256 : undefined;
  }

  async function text(blob: Blob, start = 0, end = blob.size): Promise<string> {
    const buffer = Buffer.alloc(end - start);
    let read = 0;
    while (start + read < end) read += await blob.read(buffer.subarray(read), start + read);
    return buffer.toString();
  }

  const stores: [string, () => BlobStore][] = [
    ['on disk', () => disk()],
    [
      'in memory over disk',
      () => new MemoryBlobTier(disk(), { maxBytes: 1_000, maxBlobBytes: 100 }),
    ],
  ];
  for (const [name, make] of stores)
    describe(`${name}: the contract`, () => {
      it('gives back what was put in, whole and in part, again and again', async () => {
        const store = make();
        const sha256 = (await put(store, 'hello, world'))!;
        for (let round = 0; round < 2; round += 1) {
          const blob = (await store.open(sha256))!;
          assert.equal(blob.size, 12);
          assert.equal(await text(blob), 'hello, world');
          assert.equal(await text(blob, 7, 12), 'world');
          assert.equal(await text(blob, 3, 3), '');
          await blob.close();
          await blob.close();
        }
        assert.equal(await store.has(sha256), true);
      });

      it('is read from anywhere, as often as wanted, and ends at its end', async () => {
        const store = make();
        const sha256 = (await put(store, `${'x'.repeat(600_000)}y`))!;
        const blob = (await store.open(sha256))!;
        assert.equal((await text(blob)).length, 600_001);
        assert.equal(await text(blob, 599_998, 600_001), 'xxy');
        assert.equal(await blob.read(Buffer.alloc(10), 600_000), 1);
        assert.equal(await blob.read(Buffer.alloc(10), 600_001), 0);
        assert.equal((await readBlob(blob)).length, 600_001);
        await blob.close();
      });

      it('knows nothing of what was never put in, or was deleted', async () => {
        const store = make();
        const sha256 = (await put(store, 'short-lived'))!;
        const held = (await store.open(sha256))!;
        await store.delete(sha256);
        assert.equal(await store.open(sha256), undefined);
        assert.equal(await store.has(sha256), false);
        assert.equal(await text(held), 'short-lived');
        await held.close();
      });

      it('leaves nothing in the spool', async () => {
        await put(make(), 'tidy');
        assert.deepEqual(await readdir(join(folder, 'spool')), []);
      });
    });

  it('the least recently used goes first, and what is in use stays', async () => {
    const store = disk(roomFor(250));
    const [a, b] = [(await put(store, 'a'.repeat(100)))!, (await put(store, 'b'.repeat(100)))!];
    await (await store.open(a))!.close();
    const c = (await put(store, 'c'.repeat(100)))!;
    assert.deepEqual(
      [await store.has(a), await store.has(b), await store.has(c)],
      [true, false, true],
    );
    const held = (await store.open(a))!;
    const d = (await put(store, 'd'.repeat(100)))!;
    assert.deepEqual(
      [await store.has(a), await store.has(c), await store.has(d)],
      [true, false, true],
    );
    const other = (await store.open(d))!;
    assert.equal(await put(store, 'e'.repeat(100)), undefined, 'both others are in use');
    await held.close();
    await other.close();
    assert.ok(await put(store, 'e'.repeat(100)));
  });

  it('a blob larger than the whole cache is not kept', async () => {
    assert.equal(await put(disk(roomFor(50)), 'x'.repeat(51)), undefined);
  });

  it('a full disk keeps nothing more, and gives up what is old', async () => {
    let free = PLENTY;
    const store = disk(roomFor(PLENTY, async () => free));
    const old = (await put(store, 'o'.repeat(100)))!;
    free = 999;
    const next = await put(store, 'n'.repeat(100));
    assert.ok(next, 'the old one made room');
    assert.equal(await store.has(old), false);
    free = 0;
    assert.equal(await put(store, 'm'.repeat(100)), undefined);
  });

  it('what an earlier process left is found at once, and counted after a scan', async () => {
    const sha256 = (await put(disk(), 'from before'))!;
    const room = roomFor(20);
    const next = disk(room);
    const blob = (await next.open(sha256))!;
    assert.equal(await text(blob), 'from before');
    await blob.close();
    await room.scan();
    assert.equal(room.bytes, 11);
    await put(next, 'new and longer');
    assert.equal(await next.has(sha256), false);
  });

  it('a spool sweeps what dead processes left, not what living ones write', async () => {
    const { writeFile } = await import('node:fs/promises');
    const left = await spool.create();
    await writeFile(join(folder, 'spool', `${process.ppid}-living`), 'x');
    await writeFile(join(folder, 'spool', '999999999-dead'), 'x');
    await writeFile(join(folder, 'spool', 'stranger'), 'x');
    await new DiskSpool(join(folder, 'spool')).sweep();
    assert.deepEqual(await readdir(join(folder, 'spool')), [`${process.ppid}-living`]);
    await left.discard();
  });

  for (const code of ['ENOSPC', 'EDQUOT', 'EXDEV'])
    it(`keeps nothing, and fails nothing, on ${code}`, async () => {
      const store = disk();
      const file = await spool.create();
      await file.append([Buffer.from('hello')]);
      const full = {
        path: file.path,
        size: file.size,
        append: file.append,
        open: file.open,
      } as const;
      const kept = await store.adopt(parseSha256('a'.repeat(64))!, {
        ...full,
        settle: async () => {
          throw Object.assign(new Error(code), { code });
        },
        discard: () => file.discard(),
      });
      assert.equal(kept, false);
      assert.equal(await store.has(parseSha256('a'.repeat(64))!), false);
      await file.discard();
    });

  it('gives up what is not in use to make room for what comes in', async () => {
    let free = PLENTY;
    const room = roomFor(PLENTY, async () => free);
    const store = disk(room);
    const [old, used] = [(await put(store, 'old'))!, (await put(store, 'used'))!];
    const reader = (await store.open(used))!;
    free = 0;
    await room.makeRoom(0, 1);
    assert.deepEqual([await store.has(old), await store.has(used)], [false, true]);
    await reader.close();
  });

  it('receives in a temporary folder of its own, and takes it away at the end', async () => {
    const temporary = new TemporarySpool(folder);
    const file = await temporary.create();
    assert.equal((await stat(dirname(file.path))).mode & 0o777, 0o700);
    await file.append([Buffer.from('hello')]);
    await temporary.close();
    await assert.rejects(stat(dirname(file.path)), { code: 'ENOENT' });
    await file.discard();
  });
});
