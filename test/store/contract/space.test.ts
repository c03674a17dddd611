import type { Reservation, Space } from '../../../src/store/space.js';
import { catches } from '../../support/contract.js';
import { SPACE, type SpaceSubject } from './space.js';

const BYTES = 1_000;

/** Room on nothing. */
class CountedSpace implements Space {
  free = BYTES;
  promised = 0;
  waiting: { bytes: number; give: (given: boolean) => void }[] = [];

  async reserve(bytes: number, patience: number): Promise<Reservation | undefined> {
    if (!(await this.ask(bytes, patience))) return undefined;
    let left = bytes;
    return {
      extend: async (more, wait) => {
        const given = await this.ask(more, wait, true);
        if (given) left += more;
        return given;
      },
      wrote: (written) => {
        left -= written;
        this.promised -= written;
      },
      release: () => {
        this.promised -= left;
        left = 0;
        this.serve();
      },
    };
  }

  ask(bytes: number, patience: number, first = false): Promise<boolean> {
    return new Promise((give) => {
      const asking = { bytes, give };
      if (first) this.waiting.unshift(asking);
      else this.waiting.push(asking);
      this.serve();
      if (patience > 0 && bytes <= BYTES) return;
      this.waiting = this.waiting.filter((other) => other !== asking);
      give(false);
    });
  }

  serve(): void {
    for (const asking of [...this.waiting]) {
      if (asking.bytes > this.free - this.promised) continue;
      this.waiting = this.waiting.filter((other) => other !== asking);
      this.promised += asking.bytes;
      asking.give(true);
    }
  }
}

const of =
  (change: (space: CountedSpace) => void = () => {}) =>
  (): SpaceSubject => {
    const space = new CountedSpace();
    change(space);
    return {
      space,
      bytes: BYTES,
      write: (bytes) => {
        space.free -= bytes;
      },
    };
  };

/** Changes each reservation. */
const reserving = (change: (room: Reservation, space: CountedSpace) => Partial<Reservation>) =>
  of((space) => {
    const reserve = space.reserve.bind(space);
    space.reserve = async (bytes, patience) => {
      const room = await reserve(bytes, patience);
      return room && { ...room, ...change(room, space) };
    };
  });

catches('spaces', SPACE, of(), {
  'counts nothing': of((space) => {
    space.serve = () => {
      for (const { give } of space.waiting.splice(0)) give(true);
    };
  }),
  'counts what is written twice': reserving((_room) => ({ wrote: () => {}, release: () => {} })),
  'gives back twice': reserving((room, space) => ({
    release: () => {
      room.release();
      space.promised -= 0.5 * BYTES;
      space.serve();
    },
  })),
  'gives nothing back to who waits': of((space) => {
    const ask = space.ask.bind(space);
    space.ask = (bytes, _patience, first) => ask(bytes, 0, first);
  }),
  'gives no more': reserving(() => ({ extend: async () => false })),
  'gives more without counting': reserving(() => ({ extend: async () => true })),
  'is patient with what never fits': of((space) => {
    const ask = space.ask.bind(space);
    space.ask = (bytes, patience, first) =>
      bytes > BYTES ? Promise.resolve(true) : ask(bytes, patience, first);
  }),
  'keeps to the order of asking': of((space) => {
    const serve = space.serve.bind(space);
    space.serve = () => {
      const all = space.waiting;
      space.waiting = all.slice(0, 1);
      serve();
      space.waiting = [...space.waiting, ...all.slice(1)];
      if (space.waiting.length > 1 && space.waiting[0] !== all[0]) space.serve();
    };
    const ask = space.ask.bind(space);
    space.ask = (bytes, patience, first) => ask(bytes, bytes === 0.5 * BYTES ? 0 : patience, first);
  }),
});
