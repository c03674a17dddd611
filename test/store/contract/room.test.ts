import type { CacheRoom } from '../../../src/store/cache-room.js';
import { catches } from '../../support/contract.js';
import { ROOM, type RoomSubject } from './room.js';

const BYTES = 4_000;

/** A room over a map of files. */
class MapRoom implements CacheRoom {
  readonly files: Map<string, number>;
  readonly used = new Map<string, number>();
  readonly coming = new Map<string, number>();
  crowded = false;

  constructor(files: Map<string, number>) {
    this.files = files;
  }

  use(name: string, size: number): void {
    this.coming.delete(name);
    this.used.delete(name);
    this.used.set(name, size);
  }

  forget(name: string): void {
    this.coming.delete(name);
    this.used.delete(name);
  }

  async admit(name: string, size: number): Promise<boolean> {
    if (size > BYTES || this.crowded) return false;
    this.coming.set(name, size);
    const bytes = (files: Map<string, number>) =>
      [...files].reduce((sum, [other, of]) => sum + (other === name ? 0 : of), 0);
    const lacks = () => bytes(this.used) + bytes(this.coming) + size > BYTES;
    const removable = () => [...this.used.keys()].filter((other) => !this.coming.has(other));
    while (lacks() && removable().length > 0) this.remove(removable());
    if (!lacks()) return true;
    this.coming.delete(name);
    return false;
  }

  /** @param oldest first */
  remove([oldest]: string[]): void {
    this.used.delete(oldest!);
    this.files.delete(oldest!);
  }
}

const of = (Room: typeof MapRoom) => (): RoomSubject => {
  const files = new Map<string, number>();
  const room = new Room(files);
  return {
    room,
    crowd: () => {
      room.crowded = true;
    },
    bytes: BYTES,
    write: async (name, size) => void files.set(name, size),
    names: async () => [...files.keys()].sort(),
  };
};

catches('rooms', ROOM, of(MapRoom), {
  'removes all': of(
    class extends MapRoom {
      override async admit(name: string, size: number): Promise<boolean> {
        for (const used of [...this.used.keys()]) this.remove([used]);
        return super.admit(name, size);
      }
    },
  ),
  'removes nothing': of(
    class extends MapRoom {
      override remove([oldest]: string[]): void {
        this.used.delete(oldest!);
      }
    },
  ),
  'removes the newest': of(
    class extends MapRoom {
      override remove(names: string[]): void {
        super.remove(names.toReversed());
      }
    },
  ),
  'promises what there never is': of(
    class extends MapRoom {
      override async admit(name: string, size: number): Promise<boolean> {
        return size > BYTES || super.admit(name, size);
      }
    },
  ),
  'forgets nothing': of(
    class extends MapRoom {
      override forget(): void {}
    },
  ),
  'counts nothing that is to come': of(
    class extends MapRoom {
      override async admit(name: string, size: number): Promise<boolean> {
        const fits = await super.admit(name, size);
        this.coming.clear();
        return fits;
      }
    },
  ),
  'counts what is replaced as well': of(
    class extends MapRoom {
      override admit(name: string, size: number): Promise<boolean> {
        return super.admit(`${name}.new`, size);
      }

      override use(name: string, size: number): void {
        this.coming.delete(`${name}.new`);
        super.use(name, size);
      }

      override forget(name: string): void {
        this.coming.delete(`${name}.new`);
        super.forget(name);
      }
    },
  ),
  'knows of no other things on the disk': of(
    class extends MapRoom {
      override crowded = false;
      override admit(name: string, size: number): Promise<boolean> {
        this.crowded = false;
        return super.admit(name, size);
      }
    },
  ),
});
