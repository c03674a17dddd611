import assert from 'node:assert/strict';
import type { Space } from '../../../src/store/space.js';
import { type Contract, keeps, type Subject } from '../../support/contract.js';

export interface SpaceSubject extends Subject {
  readonly space: Space;
  /** How many bytes there is room for at first. */
  readonly bytes: number;
  /** So many bytes are on the disk: what was promised, or somebody else's. */
  write(bytes: number): void;
}

/** Longer than any test waits. */
const EVER = 1e6;

/** What a promise comes to without anybody else's doing. @throws where it goes on waiting */
async function promptly<T>(promise: Promise<T>): Promise<T> {
  let turns = 0;
  const late = new Promise<never>((_, reject) => {
    const turn = () => {
      turns += 1;
      if (turns < 500) setImmediate(turn);
      else reject(new Error('it still waits'));
    };
    turn();
  });
  return Promise.race([promise, late]);
}

export const SPACE: Contract<SpaceSubject> = {
  'what is promised to one is not promised to another, however many ask at once': async ({
    space,
    bytes,
  }) => {
    const asked = Array.from({ length: 20 }, () => space.reserve(bytes / 10, 0));
    const given = (await Promise.all(asked)).filter((room) => room !== undefined);
    assert.equal(given.length, 10);
    for (const room of given) room.release();
    assert.ok(await space.reserve(bytes, 0));
  },

  'what is written is counted once': async ({ space, bytes, write }) => {
    const room = (await space.reserve(bytes / 2, 0))!;
    write(bytes / 2);
    room.wrote(bytes / 2);
    room.release();
    assert.equal(await space.reserve(bytes / 2 + 1, 0), undefined);
    assert.ok(await space.reserve(bytes / 2, 0));
  },

  'who waits has it once another gives it back, and giving it back twice gives no more': async ({
    space,
    bytes,
  }) => {
    const first = (await space.reserve(0.6 * bytes, 0))!;
    const waiting = space.reserve(0.6 * bytes, EVER);
    first.release();
    first.release();
    const second = (await promptly(waiting))!;
    assert.ok(second !== undefined);
    assert.equal(await space.reserve(0.6 * bytes, 0), undefined);
    second.release();
    assert.ok(await space.reserve(bytes, 0));
  },

  'who has some is given more before who waits for the first': async ({ space, bytes }) => {
    const first = (await space.reserve(0.6 * bytes, 0))!;
    const waiting = space.reserve(0.5 * bytes, EVER);
    assert.equal(await first.extend(0.3 * bytes, 0), true);
    assert.equal(await first.extend(0.3 * bytes, 0), false);
    first.release();
    assert.ok(await promptly(waiting));
  },

  'more than there ever is has no patience': async ({ space, bytes }) => {
    assert.equal(await promptly(space.reserve(bytes + 1, EVER)), undefined);
  },

  'a small one need not wait behind a large one': async ({ space, bytes }) => {
    const first = (await space.reserve(0.5 * bytes, 0))!;
    const large = space.reserve(bytes, EVER);
    const small = (await promptly(space.reserve(0.5 * bytes, EVER)))!;
    small.release();
    first.release();
    assert.ok(await promptly(large));
  },
};

export function spaceContract(
  name: string,
  make: () => SpaceSubject | Promise<SpaceSubject>,
): void {
  keeps(name, SPACE, make);
}
