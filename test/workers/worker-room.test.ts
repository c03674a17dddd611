import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_SPACE } from '../../src/store/space.js';
import { Channel } from '../../src/workers/channel.js';
import { PrimaryRoom } from '../../src/workers/primary-room.js';
import type { ToPrimary, ToWorker } from '../../src/workers/words.js';
import { WorkerRoom } from '../../src/workers/worker-room.js';
import { WorkerSpace } from '../../src/workers/worker-space.js';
import { cacheRoomContract, type RoomSubject } from '../store/contract/room.js';
import { type SpaceSubject, spaceContract } from '../store/contract/space.js';
import { pretendedDisk } from '../store/disk/pretended-disk.js';
import { roomOnDisk } from '../store/disk/room-on-disk.js';
import { linePair } from './line-pair.js';

const NO_SPACES = { data: NO_SPACE, spare: NO_SPACE };

/** A worker's side of a room that its primary keeps. */
async function askedOfPrimary(): Promise<RoomSubject> {
  const kept = await roomOnDisk();
  const [a, b] = linePair();
  const worker: ToWorker = new Channel(a);
  const primary: ToPrimary = new Channel(b);
  const rooms = { blobs: kept.room, pages: kept.room };
  new PrimaryRoom({ rooms, spaces: NO_SPACES }).attend({ id: 1, number: 1, channel: worker });
  return { ...kept, room: new WorkerRoom(primary, 'blobs') };
}

/** A worker's side of the room on a file system. */
async function promisedByPrimary(): Promise<SpaceSubject> {
  const kept = pretendedDisk();
  const [a, b] = linePair();
  const worker: ToWorker = new Channel(a);
  const room = await roomOnDisk();
  new PrimaryRoom({
    rooms: { blobs: room.room, pages: room.room },
    spaces: { data: kept.space, spare: NO_SPACE },
  }).attend({ id: 1, number: 1, channel: worker });
  return { ...kept, space: new WorkerSpace(new Channel(b), 'data'), close: () => room.close!() };
}

cacheRoomContract('the room of a worker', askedOfPrimary);
spaceContract('the space of a worker', promisedByPrimary);

describe('a worker that dies', () => {
  it('gives back the room that it was promised, also where the promise came too late for it', async () => {
    const kept = pretendedDisk();
    const room = await roomOnDisk();
    const primaryRoom = new PrimaryRoom({
      rooms: { blobs: room.room, pages: room.room },
      spaces: { data: kept.space, spare: NO_SPACE },
    });
    const [a, b] = linePair();
    const member = { id: 7, number: 1, channel: new Channel(a) as ToWorker };
    primaryRoom.attend(member);
    const worker = new WorkerSpace(new Channel(b), 'data');
    assert.ok(await worker.reserve(0.7 * kept.bytes, 0));
    const late = worker.reserve(0.7 * kept.bytes, 1e6);
    assert.equal(await kept.space.reserve(0.7 * kept.bytes, 0), undefined);
    primaryRoom.dismiss(member);
    await late;
    assert.ok(await kept.space.reserve(0.9 * kept.bytes, 0));
    await room.close!();
  });

  it('gives back the room of cached files that it was about to write', async () => {
    const kept = await roomOnDisk();
    const primaryRoom = new PrimaryRoom({
      rooms: { blobs: kept.room, pages: kept.room },
      spaces: NO_SPACES,
    });
    const [a, b] = linePair();
    const member = { id: 7, number: 1, channel: new Channel(a) as ToWorker };
    primaryRoom.attend(member);
    const worker = new WorkerRoom(new Channel(b), 'blobs');
    assert.equal(await worker.admit('a/1', kept.bytes), true);
    assert.equal(await kept.room.admit('a/2', 1), false);
    primaryRoom.dismiss(member);
    assert.equal(await kept.room.admit('a/2', kept.bytes), true);
    await kept.close!();
  });
});
