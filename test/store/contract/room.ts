import assert from 'node:assert/strict';
import type { CacheRoom } from '../../../src/store/cache-room.js';
import { type Contract, keeps, type Subject } from '../../support/contract.js';

export interface RoomSubject extends Subject {
  readonly room: CacheRoom;
  /** How many bytes there is room for. */
  readonly bytes: number;
  /** Others fill the disk from now on. */
  crowd(): void;
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
    assert.equal(await subject.room.admit('new/1', subject.bytes / 4), true);
    assert.deepEqual(await subject.names(), NAMES.slice(0, 3));
  },

  'the least recently used go until there is room, and no more of them': async (subject) => {
    await fill(subject, 4);
    assert.equal(await subject.room.admit('new/1', subject.bytes / 2), true);
    assert.deepEqual(await subject.names(), NAMES.slice(2));
    subject.room.forget('new/1');
    assert.equal(await subject.room.admit('new/1', subject.bytes), true);
    assert.deepEqual(await subject.names(), []);
  },

  'more than there ever is room for is refused, and costs nothing': async (subject) => {
    await fill(subject, 2);
    assert.equal(await subject.room.admit('new/1', subject.bytes + 1), false);
    assert.deepEqual(await subject.names(), NAMES.slice(0, 2));
  },

  'what is forgotten takes no room': async (subject) => {
    await fill(subject, 4);
    subject.room.forget('a/2');
    subject.room.forget('never/there');
    assert.equal(await subject.room.admit('new/1', subject.bytes / 4), true);
    assert.deepEqual(await subject.names(), [...NAMES]);
  },

  'what is admitted is counted before it is there, and until it is known that it will not come':
    async (subject) => {
      const { room, bytes } = subject;
      const admitted = ['c/1', 'c/2', 'c/3'].map((name) => room.admit(name, bytes / 2));
      assert.deepEqual(await Promise.all(admitted), [true, true, false]);
      room.forget('c/1');
      assert.equal(await room.admit('c/3', bytes / 2), true);
      await subject.write('c/3', bytes / 2);
      room.use('c/3', bytes / 2);
      assert.equal(await room.admit('c/1', bytes / 2 + 1), false, 'the other one is still to come');
    },

  'one that takes the place of another is counted once': async (subject) => {
    await fill(subject, 4);
    assert.equal(await subject.room.admit('b/1', subject.bytes / 4), true);
    assert.deepEqual(await subject.names(), [...NAMES]);
  },

  'a disk that is full of other things has no room, whatever goes': async (subject) => {
    await fill(subject, 2);
    subject.crowd();
    assert.equal(await subject.room.admit('new/1', 1), false);
  },
};

export function cacheRoomContract(
  name: string,
  make: () => RoomSubject | Promise<RoomSubject>,
): void {
  keeps(name, ROOM, make);
}
