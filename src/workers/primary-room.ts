import type { CacheName, Rooms } from '../store/cache-room.js';
import type { Reservation, Spaces } from '../store/space.js';
import type { Member } from './members.js';

/** The reservations of one worker. */
interface Promised {
  /** Reserved room, by the worker's ids. */
  readonly room: Map<number, Reservation>;
  /** Admitted files that are not written yet. */
  readonly files: Map<string, { readonly cache: CacheName; readonly name: string }>;
}

/** Serves the workers' requests for room, and releases the room of a worker that ends. */
export class PrimaryRoom {
  readonly #rooms: Rooms;
  readonly #spaces: Spaces;
  /** By the worker's id. */
  readonly #of = new Map<number, Promised>();

  constructor({ rooms, spaces }: { readonly rooms: Rooms; readonly spaces: Spaces }) {
    this.#rooms = rooms;
    this.#spaces = spaces;
  }

  attend(member: Member): void {
    const { channel } = member;
    const promised: Promised = { room: new Map(), files: new Map() };
    this.#of.set(member.id, promised);
    this.#attendRoom(member, promised);
    const rooms = this.#rooms;
    channel.onAsked('admit', async ({ cache, name, size }) => {
      const fits = await rooms[cache].admit(name, size);
      if (!fits) return false;
      if (this.#of.has(member.id)) promised.files.set(`${cache}/${name}`, { cache, name });
      else rooms[cache].forget(name);
      return true;
    });
    channel.onTold('use', ({ cache, name, size }) => {
      promised.files.delete(`${cache}/${name}`);
      rooms[cache].use(name, size);
    });
    channel.onTold('forget', ({ cache, name }) => {
      promised.files.delete(`${cache}/${name}`);
      rooms[cache].forget(name);
    });
  }

  #attendRoom({ id: member, channel }: Member, { room }: Promised): void {
    channel.onAsked('room', async ({ space, id, bytes, patience }) => {
      const held = room.get(id);
      if (held !== undefined) return held.extend(bytes, patience);
      const given = await this.#spaces[space].reserve(bytes, patience);
      // The worker may have died meanwhile.
      if (given !== undefined && this.#of.has(member)) room.set(id, given);
      else given?.release();
      return given !== undefined;
    });
    channel.onTold('wrote', ({ id, bytes }) => room.get(id)?.wrote(bytes));
    channel.onTold('room-over', ({ id }) => {
      room.get(id)?.release();
      room.delete(id);
    });
  }

  /** A worker has ended: its unfinished files are abandoned. */
  dismiss({ id }: Member): void {
    const promised = this.#of.get(id);
    this.#of.delete(id);
    for (const room of promised?.room.values() ?? []) room.release();
    for (const { cache, name } of promised?.files.values() ?? []) this.#rooms[cache].forget(name);
  }
}
