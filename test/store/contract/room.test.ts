import type { CacheRoom } from '../../../src/store/cache-room.js';
import { catches } from '../../support/contract.js';
import { ROOM, type RoomSubject } from './room.js';

const BYTES = 4_000;

/** A room over a map of files. */
class MapRoom implements CacheRoom {
  readonly files: Map<string, number>;
  readonly used = new Map<string, number>();

  constructor(files: Map<string, number>) {
    this.files = files;
  }

  use(name: string, size: number): void {
    this.used.delete(name);
    this.used.set(name, size);
  }

  forget(name: string): void {
    this.used.delete(name);
  }

  async makeRoom(more: number, minFree = 0): Promise<boolean> {
    if (more > BYTES) return false;
    const taken = () => [...this.used.values()].reduce((sum, size) => sum + size, 0);
    while (taken() + more > BYTES) this.remove([...this.used.keys()]);
    return minFree < 1e12;
  }

  /** @param oldest first */
  remove([oldest]: string[]): void {
    this.used.delete(oldest!);
    this.files.delete(oldest!);
  }
}

const of = (Room: typeof MapRoom) => (): RoomSubject => {
  const files = new Map<string, number>();
  return {
    room: new Room(files),
    bytes: BYTES,
    write: async (name, size) => void files.set(name, size),
    names: async () => [...files.keys()].sort(),
  };
};

catches('rooms', ROOM, of(MapRoom), {
  'removes all': of(
    class extends MapRoom {
      override async makeRoom(more: number, minFree?: number): Promise<boolean> {
        for (const name of [...this.used.keys()]) this.remove([name]);
        return super.makeRoom(more, minFree);
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
      override async makeRoom(more: number, minFree?: number): Promise<boolean> {
        return more > BYTES || super.makeRoom(more, minFree);
      }
    },
  ),
  'forgets nothing': of(
    class extends MapRoom {
      override forget(): void {}
    },
  ),
  'knows of no other things on the disk': of(
    class extends MapRoom {
      override makeRoom(more: number): Promise<boolean> {
        return super.makeRoom(more);
      }
    },
  ),
});
