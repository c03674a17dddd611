import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import {
  appendFile,
  copyFile,
  mkdtemp,
  open,
  readdir,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { parseSha256, type Sha256 } from '../../../src/domain/digest.js';
import type { Blob, BlobStore } from '../../../src/store/blob-store.js';
import { DiskBlobStore } from '../../../src/store/disk/disk-blob-store.js';
import { DiskRoom } from '../../../src/store/disk/disk-room.js';
import { DiskSpool } from '../../../src/store/disk/disk-spool.js';
import { isSealed, sealOf, unchanged } from '../../../src/store/disk/seal.js';
import { TemporarySpool } from '../../../src/store/disk/temporary-spool.js';
import { MemoryBlob, MemoryBlobTier } from '../../../src/store/memory-blob-tier.js';
import type { SpoolFile } from '../../../src/store/spool.js';
import {
  type BoundedBlobsSubject,
  blobStoreContract,
  boundedBlobStoreContract,
  digestOf,
  Slowly,
} from '../contract/blobs.js';

const PLENTY = 2 ** 40;

/** A store upon a folder of its own, as it is, or with a tier of memory in front. */
async function storesIn(
  front: (store: BlobStore) => BlobStore,
  maxBytes = PLENTY,
  spooled = false,
): Promise<BoundedBlobsSubject> {
  const folder = await mkdtemp(join(tmpdir(), 'wheelgate-blobs-'));
  const directory = join(folder, 'blobs');
  const spool = new DiskSpool(join(folder, 'spool'));
  const room = new DiskRoom({ directory, maxBytes });
  const again = () => front(new DiskBlobStore(directory, room, spool));
  const source = async (bytes: Uint8Array) => {
    const file = await spool.create();
    await file.append([bytes]);
    return file;
  };
  return {
    store: again(),
    again,
    room: maxBytes,
    ...(spooled && { source }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

const asItIs = (store: BlobStore) => store;
const inMemory = (store: BlobStore) =>
  new MemoryBlobTier(store, { maxBytes: 1_000, maxBlobBytes: 100 });

blobStoreContract('a blob store on disk', () => storesIn(asItIs));
blobStoreContract('a blob store on disk, of spool files', () => storesIn(asItIs, PLENTY, true));
blobStoreContract('a blob store in memory over disk', () => storesIn(inMemory));
boundedBlobStoreContract('a blob store on disk', () => storesIn(asItIs, 250));
boundedBlobStoreContract('a blob store in memory over disk', () => storesIn(inMemory, 1_000));

describe('blob stores', () => {
  let folder: string;
  let spool: DiskSpool;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-blobs-'));
    spool = new DiskSpool(join(folder, 'spool'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const roomFor = (maxBytes = PLENTY, shortage = async () => 0) =>
    new DiskRoom({ directory: join(folder, 'blobs'), maxBytes, shortage });
  const disk = (room = roomFor()) => new DiskBlobStore(join(folder, 'blobs'), room, spool);
  const pathOf = (digest: Sha256) => join(folder, 'blobs', digest.slice(0, 2), digest);
  const isKept = (digest: Sha256) => existsSync(pathOf(digest));

  async function put(store: BlobStore, text: string): Promise<Sha256 | undefined> {
    const file = await spool.create();
    await file.append([Buffer.from(text)]);
    const sha256 = digestOf(Buffer.from(text));
    const kept = await store.put(sha256, file);
    await file.discard();
    return kept ? sha256 : undefined;
  }

  async function text(blob: Blob, start = 0, end = blob.size): Promise<string> {
    const buffer = Buffer.alloc(end - start);
    let read = 0;
    while (start + read < end) read += await blob.read(buffer.subarray(read), start + read);
    return buffer.toString();
  }

  it('the least recently used goes first, and what is in use stays', async () => {
    const store = disk(roomFor(250));
    const [a, b] = [(await put(store, 'a'.repeat(100)))!, (await put(store, 'b'.repeat(100)))!];
    await (await store.open(a))!.close();
    const c = (await put(store, 'c'.repeat(100)))!;
    assert.deepEqual([isKept(a), isKept(b), isKept(c)], [true, false, true]);
    const held = (await store.open(a))!;
    const d = (await put(store, 'd'.repeat(100)))!;
    assert.deepEqual([isKept(a), isKept(c), isKept(d)], [true, false, true]);
    const other = (await store.open(d))!;
    assert.equal(await put(store, 'e'.repeat(100)), undefined, 'both others are in use');
    await held.close();
    await other.close();
    assert.ok(await put(store, 'e'.repeat(100)));
  });

  describe('a file that may have changed', () => {
    const content = 'x'.repeat(1_000_000);
    let damaged: string[];
    let sha256: Sha256;
    const make = (hashedAtOnce?: number) => {
      const onDamaged = (path: string) => void damaged.push(path);
      return new DiskBlobStore(
        join(folder, 'blobs'),
        roomFor(),
        spool,
        onDamaged,
        undefined,
        hashedAtOnce,
      );
    };
    beforeEach(async () => {
      damaged = [];
      sha256 = (await put(make(), content))!;
    });

    /** What is served of it; how often the file was hashed shows by whether its times change. */
    async function opened(store = make()): Promise<string | undefined> {
      const blob = await store.open(sha256);
      try {
        return blob && (await text(blob));
      } finally {
        await blob?.close();
      }
    }

    const changes: [string, (path: string) => Promise<unknown>][] = [
      ['cut off', (path) => truncate(path, 999_999)],
      ['emptied', (path) => truncate(path, 0)],
      ['longer', (path) => appendFile(path, 'x')],
      ['of the same length, and another', (path) => writeFile(path, 'y'.repeat(1_000_000))],
      [
        'with one other bit',
        async (path) => {
          const file = await open(path, 'r+');
          await file.write(Buffer.from('y'), 0, 1, 500_000);
          await file.close();
        },
      ],
      [
        'empty space, with the times of before: the machine stopped before it was on the disk',
        async (path) => {
          const { atime, mtimeMs } = await stat(path);
          await truncate(path, 0);
          await truncate(path, 1_000_000);
          await utimes(path, atime, mtimeMs / 1_000);
        },
      ],
      [
        'cut off, with the times of before',
        async (path) => {
          const { atime, mtime } = await stat(path);
          await truncate(path, 500_000);
          await utimes(path, atime, mtime);
        },
      ],
    ];
    for (const [what, change] of changes)
      it(`is dropped where it is ${what}; what is put in anew is served`, async () => {
        await change(pathOf(sha256));
        const store = make();
        const answers = await Promise.all([opened(store), opened(store), opened(store)]);
        assert.deepEqual(answers, [undefined, undefined, undefined]);
        assert.deepEqual(damaged, [pathOf(sha256)]);
        assert.equal(isKept(sha256), false);
        await put(store, content);
        assert.equal(await opened(store), content);
      });

    it('is served where it is the same, and not hashed again once that is known', async () => {
      const path = pathOf(sha256);
      for (const change of [
        async () => utimes(path, 1, 1),
        async () => {
          await copyFile(path, `${path}.copy`);
          await rename(`${path}.copy`, path);
        },
      ]) {
        await change();
        assert.equal(isSealed(sha256, await stat(path)), false);
        assert.equal(await opened(), content);
        assert.equal(isSealed(sha256, await stat(path)), true);
      }
      assert.deepEqual(damaged, []);
    });

    it('can be read while it is looked at where it is long, and says what came of that; nobody inspects it before', async () => {
      const path = pathOf(sha256);
      const isWhole = async () => {
        const blob = await make(1_000).open(sha256);
        const whole = await blob?.whole;
        await blob?.close();
        return whole;
      };
      assert.equal(await isWhole(), true);
      const { atime, mtimeMs } = await stat(path);
      const alter = async () => {
        await writeFile(path, 'y'.repeat(1_000_000));
        await utimes(path, atime, mtimeMs / 1_000);
      };
      await alter();
      assert.equal(isSealed(sha256, await stat(path)), true);
      assert.equal(await isWhole(), false);
      assert.equal(isKept(sha256), false);
      await alter();
      assert.equal(await make(1_000).localCopy(sha256), undefined);
      assert.deepEqual(damaged, [path, path]);
    });

    it('keeps its seal, however often it is used', async () => {
      const path = pathOf(sha256);
      const { mtimeMs } = await stat(path);
      for (let time = 0; time < 50; time += 1) {
        const before = await stat(path);
        await utimes(path, time, unchanged(before.mtimeMs));
      }
      assert.ok(Math.abs((await stat(path)).mtimeMs - mtimeMs) < 0.001);
      assert.equal(isSealed(sha256, await stat(path)), true);
    });
  });

  it('a seal is of one digest, one size and one second', () => {
    const sha256 = parseSha256('ab'.repeat(32))!;
    const now = Date.UTC(2026, 10, 1);
    const mtimeMs = sealOf(sha256, 1_000, now) * 1_000;
    assert.equal(isSealed(sha256, { size: 1_000, mtimeMs }), true);
    assert.ok(Math.abs(mtimeMs - now) < 1_000, 'the second stays');
    let same = 0;
    for (let size = 0; size < 5_000; size += 1)
      if (size !== 1_000 && isSealed(sha256, { size, mtimeMs })) same += 1;
    for (let ms = 1; ms < 5_000; ms += 1)
      if (isSealed(sha256, { size: 1_000, mtimeMs: mtimeMs + ms })) same += 1;
    assert.ok(same <= 2, `${same} of 10,000`);
    assert.equal(isSealed(parseSha256('cd'.repeat(32))!, { size: 1_000, mtimeMs }), false);
  });

  it('a blob larger than the whole cache is not kept', async () => {
    assert.equal(await put(disk(roomFor(50)), 'x'.repeat(51)), undefined);
  });

  it('a full disk keeps nothing more, and gives up what is old', async () => {
    let shortage = 0;
    const store = disk(roomFor(PLENTY, async () => shortage));
    const old = (await put(store, 'o'.repeat(100)))!;
    shortage = 1;
    const next = await put(store, 'n'.repeat(100));
    assert.ok(next, 'the old one made room');
    assert.equal(isKept(old), false);
    shortage = 1_000;
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
    assert.equal(isKept(sha256), false);
  });

  for (const [what, size, syncs] of [
    ['waits for the disk where nobody would wait for its digest later', 2 ** 26 + 1, 1],
    ['waits for no disk where the digest is looked at before it is served again', 2 ** 26, 0],
  ] as const)
    it(`a blob ${what}`, async () => {
      const file = await spool.create();
      let synced = 0;
      const counted: SpoolFile = {
        path: file.path,
        size,
        expect: file.expect,
        append: file.append,
        open: file.open,
        sync: async () => {
          synced += 1;
        },
        moved: () => file.moved(),
        discard: () => file.discard(),
      };
      assert.equal(await disk().put(parseSha256('a'.repeat(64))!, counted), true);
      assert.equal(synced, syncs);
      await file.discard();
    });

  for (const code of ['ENOSPC', 'EDQUOT', 'EXDEV'])
    it(`keeps nothing, and fails nothing, on ${code}`, async () => {
      const store = disk();
      const file = await spool.create();
      await file.append([Buffer.from('hello')]);
      const full: SpoolFile = {
        path: file.path,
        // So large that it must be on the disk before it has its name.
        size: 2 ** 27,
        expect: file.expect,
        append: file.append,
        open: file.open,
        sync: async () => {
          throw Object.assign(new Error(code), { code });
        },
        moved: () => file.moved(),
        discard: () => file.discard(),
      };
      const kept = await store.put(parseSha256('a'.repeat(64))!, full);
      assert.equal(kept, false);
      assert.equal(isKept(parseSha256('a'.repeat(64))!), false);
      await file.discard();
    });

  it('gives up what is not in use to make room for what comes in', async () => {
    const room = roomFor();
    const store = disk(room);
    const [old, used] = [(await put(store, 'old'))!, (await put(store, 'used'))!];
    const reader = (await store.open(used))!;
    assert.equal(await room.reclaim(1), 3);
    assert.equal(await room.reclaim(1), 0, 'the rest is in use');
    assert.deepEqual([isKept(old), isKept(used)], [false, true]);
    await reader.close();
  });

  it('leaves nothing in the spool, wherever the bytes come from', async () => {
    const store = disk();
    await put(store, 'from a spool file');
    const bytes = Buffer.from('from memory');
    assert.equal(await store.put(digestOf(bytes), new MemoryBlob(bytes)), true);
    await store.put(digestOf(Buffer.alloc(9)), new Slowly(Buffer.alloc(9), false)).catch(() => {});
    assert.deepEqual(await readdir(join(folder, 'spool')), []);
  });

  it('receives in a temporary folder of its own, and takes it away at the end', async () => {
    const temporary = new TemporarySpool(folder, folder);
    const file = await temporary.create();
    assert.equal((await stat(dirname(file.path))).mode & 0o777, 0o700);
    await file.append([Buffer.from('hello')]);
    await temporary.close();
    await assert.rejects(stat(dirname(file.path)), { code: 'ENOENT' });
    await file.discard();
  });
});
