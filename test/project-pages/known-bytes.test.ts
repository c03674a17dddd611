import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KnownBytes } from '../../src/project-pages/known-bytes.js';
import { Pins } from '../../src/project-pages/pins.js';
import type { ListedFile } from '../../src/project-pages/project-pages.js';
import type { SeenStore } from '../../src/store/seen-store.js';
import { digest } from '../policy/support.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('the pin of a file that is served from the cache, where the disk fails', () => {
  const listed = {
    file: { filename: 'demo-1.0-py3-none-any.whl', sha256: digest('a'), hashes: {} },
    page: { project: 'demo' },
    upstream: { name: 'fake', unhashed: 'refuse', reuploads: 'refuse' },
  } as unknown as ListedFile;

  /** Known bytes over a disk that fails as long as a test wants it, under a clock that it moves. */
  function onDisk() {
    const disk = { isFull: true, writes: 0, pinned: false, now: 0 };
    const store: SeenStore = {
      known: async () => new Map(),
      peek: () => (disk.pinned ? new Map([[listed.file.filename, 'unreadable']]) : new Map()),
      read: async () => undefined,
      async put() {
        disk.writes += 1;
        if (disk.isFull) throw new Error('ENOSPC');
        disk.pinned = true;
      },
      learn: () => {},
      forget: () => {},
    };
    let failed = 0;
    let lost = 0;
    const bytes = new KnownBytes({
      facts: store,
      pins: new Pins(
        store,
        () => disk.now,
        () => {
          lost += 1;
        },
      ),
      now: () => disk.now,
      onEvent: ({ kind }) => {
        if (kind === 'failed') failed += 1;
      },
    });
    /** Serves it, and waits for what follows from that. */
    const serve = async () => {
      bytes.noteServed(listed);
      await new Promise((resolve) => setImmediate(resolve));
      return { writes: disk.writes, failed };
    };
    return { disk, serve, bytes, lost: () => lost };
  }

  it('is tried again with a later delivery, less and less often, and once an hour at least', async () => {
    const { disk, serve } = onDisk();
    const tries: number[] = [];
    for (; disk.now < 12 * HOUR; disk.now += MINUTE) {
      const before = disk.writes;
      if ((await serve()).writes > before) tries.push(disk.now);
    }
    const waits = tries.slice(1).map((at, index) => at - tries[index]!);
    assert.equal(tries[0], 0);
    assert.ok(
      waits.every((wait, index) => wait >= (waits[index - 1] ?? 0) && wait <= HOUR),
      waits.join(', '),
    );
    assert.ok(tries.length < 25, `${tries.length} tries`);
    disk.isFull = false;
    disk.now += HOUR;
    await serve();
    assert.equal(disk.pinned, true);
  });

  it('is not written again where it succeeds, nor while it is being written', async () => {
    const { disk, serve, bytes } = onDisk();
    disk.isFull = false;
    for (let time = 0; time < 3; time += 1) bytes.noteServed(listed);
    await serve();
    disk.pinned = false;
    disk.now += 12 * HOUR;
    assert.deepEqual(await serve(), { writes: 1, failed: 0 });
  });

  it('is known at once where the bytes came just now, and tried again with a later delivery', async () => {
    const { disk, serve, bytes, lost } = onDisk();
    const came = { ...listed, file: { ...listed.file, hashes: { sha256: digest('a') } } };
    assert.equal(await bytes.remember(came, { sha256: digest('a'), hashes: {} }), undefined);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([disk.writes, lost()], [1, 1]);
    disk.isFull = false;
    assert.deepEqual(await serve(), { writes: 2, failed: 0 });
    assert.equal(disk.pinned, true);
    assert.deepEqual(await serve(), { writes: 2, failed: 0 });
  });

  it('is tried at once after a reload', async () => {
    const { serve, bytes } = onDisk();
    assert.deepEqual(await serve(), { writes: 1, failed: 1 });
    assert.deepEqual(await serve(), { writes: 1, failed: 1 });
    bytes.forget();
    assert.deepEqual(await serve(), { writes: 2, failed: 2 });
  });
});
