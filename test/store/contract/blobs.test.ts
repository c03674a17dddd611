import { resolve } from 'node:path';
import type { Sha256 } from '../../../src/domain/digest.js';
import type { Blob, BlobSource, BlobStore, LocalBlob } from '../../../src/store/blob-store.js';
import type { ByteReader } from '../../../src/store/bytes.js';
import { MemoryBlob } from '../../../src/store/memory-blob-tier.js';
import { catches } from '../../support/contract.js';
import { BLOBS, BOUNDED_BLOBS, type BoundedBlobsSubject } from './blobs.js';

type Place = Map<Sha256, Buffer>;

/** All bytes of a source. */
async function read(reader: ByteReader, size: number, into = Buffer.alloc(size)): Promise<Buffer> {
  for (let at = 0; at < size; ) {
    const more = await reader.read(into.subarray(at), at);
    if (more === 0) throw new Error('it ended early');
    at += more;
  }
  return into;
}

/** Blobs in a map that those who use it together have in common, least recently used first. */
class MapBlobs implements BlobStore {
  readonly place: Place;
  readonly room: number;

  constructor(place: Place, room = Infinity) {
    this.place = place;
    this.room = room;
  }

  async open(sha256: Sha256): Promise<Blob | undefined> {
    const bytes = this.place.get(sha256);
    if (bytes === undefined) return undefined;
    this.place.delete(sha256);
    this.place.set(sha256, bytes);
    return new MemoryBlob(bytes);
  }

  async localCopy(_sha256: Sha256): Promise<LocalBlob | undefined> {
    return undefined;
  }

  async put(sha256: Sha256, source: BlobSource): Promise<boolean> {
    if (source.size > this.room) return false;
    const reader = await source.open();
    try {
      this.keep(sha256, await read(reader, source.size));
      return true;
    } finally {
      await reader.close();
    }
  }

  keep(sha256: Sha256, bytes: Buffer): void {
    const taken = () => [...this.place.values()].reduce((sum, { length }) => sum + length, 0);
    while (taken() + bytes.length > this.room) this.drop([...this.place.keys()]);
    this.place.set(sha256, bytes);
  }

  /** @param oldest first */
  drop([oldest]: Sha256[]): void {
    this.place.delete(oldest!);
  }

  async delete(sha256: Sha256): Promise<void> {
    this.place.delete(sha256);
  }
}

const of = (Store: typeof MapBlobs) => (): BoundedBlobsSubject => {
  const place: Place = new Map();
  const room = 100_000_000;
  return { store: new Store(place, room), again: () => new Store(place, room), room };
};

/** A blob that is read otherwise. */
const reading = (change: (blob: MemoryBlob) => Partial<Blob>) =>
  class extends MapBlobs {
    override async open(sha256: Sha256): Promise<Blob | undefined> {
      const blob = await super.open(sha256);
      const { bytes } = (blob as MemoryBlob | undefined) ?? {};
      if (bytes === undefined) return undefined;
      const memory = new MemoryBlob(bytes);
      const usual = {
        size: bytes.length,
        bytes: undefined,
        read: (into: Buffer, start: number) => memory.read(into, start),
        close: async () => {},
      };
      return { ...usual, ...change(memory) };
    }
  };

catches('blobs', BLOBS, of(MapBlobs), {
  'keeps nothing': of(
    class extends MapBlobs {
      override keep(): void {}
    },
  ),
  'keeps for itself': of(
    class extends MapBlobs {
      override readonly place: Place = new Map();
    },
  ),
  'always reads from the beginning': of(
    reading((blob) => ({ read: (into) => blob.read(into, 0) })),
  ),
  'knows no end': of(
    reading((blob) => ({ read: async (into, start) => (await blob.read(into, start)) || 1 })),
  ),
  'takes an empty one for none': of(
    class extends MapBlobs {
      override keep(sha256: Sha256, bytes: Buffer): void {
        if (bytes.length > 0) super.keep(sha256, bytes);
      }
    },
  ),
  'answers with any': of(
    class extends MapBlobs {
      override open(sha256: Sha256): Promise<Blob | undefined> {
        return super.open(this.place.has(sha256) ? sha256 : [...this.place.keys()][0]!);
      }
    },
  ),
  'has one place for all': of(
    class extends MapBlobs {
      override keep(sha256: Sha256, bytes: Buffer): void {
        this.place.clear();
        super.keep(sha256, bytes);
      }
    },
  ),
  'deletes nothing': of(
    class extends MapBlobs {
      override async delete(): Promise<void> {}
    },
  ),
  'deletes under who reads': of(
    class extends MapBlobs {
      override async delete(sha256: Sha256): Promise<void> {
        this.place.get(sha256)?.fill(0);
        this.place.delete(sha256);
      }
    },
  ),
  'takes one at a time': of(
    class extends MapBlobs {
      #busy = false;
      override async put(sha256: Sha256, source: BlobSource): Promise<boolean> {
        if (this.#busy) throw new Error('busy');
        this.#busy = true;
        return super.put(sha256, source).finally(() => {
          this.#busy = false;
        });
      }
    },
  ),
  'shows what is half there': of(
    class extends MapBlobs {
      override async put(sha256: Sha256, source: BlobSource): Promise<boolean> {
        const bytes = Buffer.alloc(source.size);
        this.place.set(sha256, bytes);
        const reader = await source.open();
        await read(reader, source.size, bytes).finally(() => reader.close());
        return true;
      }
    },
  ),
  'keeps what ended early': of(
    class extends MapBlobs {
      override async put(sha256: Sha256, source: BlobSource): Promise<boolean> {
        return super.put(sha256, source).catch((error: unknown) => {
          this.place.set(sha256, Buffer.alloc(source.size));
          throw error;
        });
      }
    },
  ),
  'does not give the source back': of(
    class extends MapBlobs {
      override async put(sha256: Sha256, source: BlobSource): Promise<boolean> {
        await source.open();
        return super.put(sha256, source);
      }
    },
  ),
  'closes for all': of(
    reading((blob) => {
      let open = true;
      return {
        read: async (into, start) => {
          if (!open) throw new Error('closed');
          return blob.read(into, start);
        },
        close: async () => {
          if (!open) throw new Error('closed');
          open = false;
        },
      };
    }),
  ),
  'has another file of it': of(
    class extends MapBlobs {
      override async localCopy(sha256: Sha256): Promise<LocalBlob | undefined> {
        const blob = await this.open(sha256);
        return blob && Object.assign(blob, { path: resolve('package.json') });
      }
    },
  ),
});

const within = (Store: typeof MapBlobs) => (): BoundedBlobsSubject => {
  const place: Place = new Map();
  return { store: new Store(place, 1_000), again: () => new Store(place, 1_000), room: 1_000 };
};

catches('blobs within bounds', BOUNDED_BLOBS, within(MapBlobs), {
  'takes what is too large': within(
    class extends MapBlobs {
      override keep(sha256: Sha256, bytes: Buffer): void {
        this.place.set(sha256, bytes);
      }
      override put(sha256: Sha256, source: BlobSource): Promise<boolean> {
        return new MapBlobs(this.place).put(sha256, source);
      }
    },
  ),
  'drops the newest': within(
    class extends MapBlobs {
      override drop(all: Sha256[]): void {
        super.drop(all.toReversed());
      }
    },
  ),
  'drops under who reads': within(
    class extends MapBlobs {
      override drop(all: Sha256[]): void {
        this.place.get(all[0]!)?.fill(0);
        super.drop(all);
      }
    },
  ),
});
