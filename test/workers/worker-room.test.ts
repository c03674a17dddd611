import { Channel } from '../../src/workers/channel.js';
import type { ToPrimary, ToWorker } from '../../src/workers/words.js';
import { WorkerRoom } from '../../src/workers/worker-room.js';
import { cacheRoomContract, type RoomSubject } from '../store/contract/room.js';
import { roomOnDisk } from '../store/disk/room-on-disk.js';
import { linePair } from './line-pair.js';

/** A worker's side of a room that its primary keeps. */
async function askedOfPrimary(): Promise<RoomSubject> {
  const kept = await roomOnDisk();
  const [a, b] = linePair();
  const worker: ToWorker = new Channel(a);
  const primary: ToPrimary = new Channel(b);
  worker.onTold('use', ({ name, size }) => kept.room.use(name, size));
  worker.onTold('forget', ({ name }) => kept.room.forget(name));
  worker.onAsked('room', ({ bytes, minFree }) => kept.room.makeRoom(bytes, minFree));
  return { ...kept, room: new WorkerRoom(primary, 'blobs') };
}

cacheRoomContract('the room of a worker', askedOfPrimary);
