import assert from 'node:assert/strict';
import type { CacheRoom } from '../../../src/store/cache-room.js';
import { type Contract, keeps, type Subject } from '../../support/contract.js';

export interface RoomSubject extends Subject {
  readonly room: CacheRoom;
  /** How many bytes there is room for. */
  readonly bytes: number;
  /** Puts a file into the folder, by its name below it. */
  write(name: string, size: number): Promise<void>;
  /** The files that are there, by name, in the order of their names. */
  names(): Promise<string[]>;
}

const NAMES = ['a/1', 'a/2', 'b/1', 'b/2'] as const;

/** So many files of a quarter of the room, in the order of their use. */
async function fill({ room, bytes, write }: RoomSubject, count: number): Promise<void> {
  for (const name of NAMES.slice(0, count)) {
    await write(name, bytes / 4);
    room.use(name, bytes / 4);
  }
}

export const ROOM: Contract<RoomSubject> = {
  'what fits stays': async (subject) => {
    await fill(subject, 3);
    assert.equal(await subject.room.makeRoom(subject.bytes / 4), true);
    assert.deepEqual(await subject.names(), NAMES.slice(0, 3));
  },

  'the least recently used go until there is room, and no more of them': async (subject) => {
    await fill(subject, 4);
    assert.equal(await subject.room.makeRoom(subject.bytes / 2), true);
    assert.deepEqual(await subject.names(), NAMES.slice(2));
    assert.equal(await subject.room.makeRoom(subject.bytes), true);
    assert.deepEqual(await subject.names(), []);
  },

  'more than there ever is room for is refused, and costs nothing': async (subject) => {
    await fill(subject, 2);
    assert.equal(await subject.room.makeRoom(subject.bytes + 1), false);
    assert.deepEqual(await subject.names(), NAMES.slice(0, 2));
  },

  'what is forgotten takes no room': async (subject) => {
    await fill(subject, 4);
    subject.room.forget('a/2');
    subject.room.forget('never/there');
    assert.equal(await subject.room.makeRoom(subject.bytes / 4), true);
    assert.deepEqual(await subject.names(), [...NAMES]);
  },

  'a disk that is full of other things has no room, whatever goes': async (subject) => {
    await fill(subject, 2);
    assert.equal(await subject.room.makeRoom(0, Number.MAX_SAFE_INTEGER), false);
  },
};

export function cacheRoomContract(
  name: string,
  make: () => RoomSubject | Promise<RoomSubject>,
): void {
  keeps(name, ROOM, make);
}
