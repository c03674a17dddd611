import type { Reservation, Space, SpaceName } from '../store/space.js';
import type { ToPrimary } from './words.js';

/** Written bytes are reported in steps; until then, they are counted twice. */
const STEP = 4 * 2 ** 20;

/** Ids of reserved room, shared by all spaces. */
let next = 0;

/** A worker's side of a file system's room: the primary reserves it, and releases the room of a worker that dies. */
export class WorkerSpace implements Space {
  readonly #primary: ToPrimary;
  readonly #space: SpaceName;

  constructor(primary: ToPrimary, space: SpaceName) {
    this.#primary = primary;
    this.#space = space;
  }

  async reserve(bytes: number, patience: number): Promise<Reservation | undefined> {
    const id = next++;
    const ask = (more: number, wait: number) =>
      this.#primary.ask('room', { space: this.#space, id, bytes: more, patience: wait });
    if (!(await ask(bytes, patience))) return undefined;
    let untold = 0;
    return {
      extend: ask,
      wrote: (written) => {
        untold += written;
        if (untold < STEP) return;
        this.#primary.tell('wrote', { id, bytes: untold });
        untold = 0;
      },
      release: () => this.#primary.tell('room-over', { id }),
    };
  }
}
