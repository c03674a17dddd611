import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DiskSpace } from '../../../src/store/disk/disk-space.js';
import type { Reservation } from '../../../src/store/space.js';
import { spaceContract } from '../contract/space.js';
import { pretendedDisk } from './pretended-disk.js';

spaceContract('the space on a disk', () => pretendedDisk());

describe('the space on a disk', () => {
  it('what is cached gives way, only as much as it must, and not in vain', async () => {
    let cached = 500;
    const disk = pretendedDisk({
      reclaim: async (bytes) => {
        if (bytes > cached) return 0;
        cached -= bytes;
        disk.free += bytes;
        return bytes;
      },
    });
    disk.write(500);
    assert.ok(await disk.space.reserve(400, 0));
    assert.equal(cached, 500, 'there was room');
    assert.ok(await disk.space.reserve(200, 0));
    assert.equal(cached, 400);
    assert.equal(await disk.space.reserve(500, 0), undefined);
    assert.equal(cached, 400, 'it would not have been enough');
    assert.ok(await disk.space.reserve(400, 0));
    assert.equal(cached, 0);
  });

  it('what gave way and is still being read is counted on, and no more goes instead of it', async () => {
    let [unlinked, open] = [0, true];
    const disk = pretendedDisk({
      reclaim: async (bytes) => {
        if (open) unlinked += bytes;
        else disk.free += bytes;
        return bytes;
      },
    });
    disk.write(900);
    const waiting = disk.space.reserve(300, 1e6);
    for (let look = 0; look < 3; look += 1)
      assert.equal(await disk.space.reserve(150, 0), undefined);
    assert.equal(unlinked, 200);
    open = false;
    disk.free += unlinked;
    await disk.space.reserve(1, 0);
    assert.ok(await waiting);
  });

  it('says that there is no room, and that there is again', async () => {
    const said: boolean[] = [];
    const disk = pretendedDisk({ onShort: (short) => said.push(short) });
    const room = await disk.space.reserve(900, 0);
    await disk.space.reserve(900, 0);
    room!.release();
    await disk.space.reserve(900, 0);
    assert.deepEqual(said, [false, true, false]);
  });

  it('is not looked at for each promise where there is far more than is asked for', async () => {
    let looks = 0;
    const space = new DiskSpace({
      directory: '/',
      minFree: 100,
      fileSystem: async () => {
        looks += 1;
        return { size: 2 ** 41, free: 2 ** 40 };
      },
    });
    for (let n = 0; n < 100; n += 1) (await space.reserve(1_000, 0))?.release();
    assert.ok(looks < 50, `${looks} looks`);
  });

  it('is looked at again once what was written since the last look comes near it', async () => {
    let free = 2 ** 33;
    const space = new DiskSpace({
      directory: '/',
      minFree: 100,
      fileSystem: async () => ({ size: 2 ** 41, free }),
    });
    let written = 0;
    for (;;) {
      const room = await space.reserve(2 ** 30, 0);
      if (room === undefined) break;
      written += 2 ** 30;
      free -= 2 ** 30;
      room.wrote(2 ** 30);
    }
    assert.equal(written, 2 ** 33 - 2 ** 30, 'and never more than there is');
  });

  it('goes on after a file system that could not be asked', async () => {
    let broken = true;
    const disk = pretendedDisk({
      fileSystem: async () => {
        if (broken) throw new Error('EIO');
        return { size: 2_000, free: 2_000 };
      },
    });
    await assert.rejects(disk.space.reserve(1, 1e6), /EIO/);
    broken = false;
    assert.ok(await disk.space.reserve(1, 0));
  });

  it('is never promised twice, and never lost, whatever is asked, written and given back in between', async () => {
    for (let seed = 1; seed <= 60; seed += 1) await tryOut(seed);
  });
});

/** Plays some steps by chance; the disk must never be asked for more than it has, and be free in the end. */
async function tryOut(seed: number): Promise<void> {
  let state = seed;
  const below = (bound: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state % bound;
  };
  const disk = pretendedDisk();
  const files: { room: Reservation; promised: number; written: number }[] = [];
  const asking: Promise<void>[] = [];
  const write = (file: (typeof files)[number]) => {
    const bytes = below(file.promised - file.written + 1);
    disk.write(bytes);
    assert.ok(disk.free >= 100, `seed ${seed}: ${disk.free} bytes are free`);
    file.written += bytes;
    file.room.wrote(bytes);
  };
  const remove = (file: (typeof files)[number]) => {
    files.splice(files.indexOf(file), 1);
    disk.free += file.written;
    file.room.release();
  };
  for (let step = 0; step < 60; step += 1) {
    const file = files[below(Math.max(1, files.length))];
    const kind = below(5);
    const bytes = below(400);
    if (kind === 0 || file === undefined)
      asking.push(
        disk.space.reserve(bytes, below(2) * 1e6).then((room) => {
          if (room !== undefined) files.push({ room, promised: bytes, written: 0 });
        }),
      );
    else if (kind === 1) {
      if (await file.room.extend(bytes, 0)) file.promised += bytes;
    } else if (kind === 2) remove(file);
    else write(file);
    if (below(3) === 0) await new Promise(setImmediate);
  }
  let open = true;
  const all = Promise.all(asking).then(() => {
    open = false;
  });
  // Who waits has its turn once the others are gone.
  while (open || files.length > 0) {
    for (const file of [...files]) remove(file);
    await new Promise(setImmediate);
  }
  await all;
  assert.equal(disk.free, 1_100);
  assert.ok(await disk.space.reserve(1_000, 0), `seed ${seed}: something is lost`);
}
