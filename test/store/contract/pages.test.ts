import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { ProjectName } from '../../../src/domain/project-name.js';
import { packPage } from '../../../src/store/packed-page.js';
import type { PageStore, PageToStore, StoredPage } from '../../../src/store/page-store.js';
import { catches } from '../../support/contract.js';
import { PAGES, type PagesSubject } from './pages.js';

type Place = Map<string, StoredPage>;

const unpacked = {
  identity: (bytes: Uint8Array) => bytes,
  gzip: gunzipSync,
  br: brotliDecompressSync,
};

/** Pages in a map that those who use it together have in common. */
class MapPages implements PageStore {
  readonly place: Place;

  constructor(place: Place) {
    this.place = place;
  }

  key(upstream: string, project: ProjectName): string {
    return `${upstream}/${project}`;
  }

  unpack({ bytes, encoding }: PageToStore['sent']): Uint8Array {
    return unpacked[encoding](bytes);
  }

  async get(upstream: string, project: ProjectName): Promise<StoredPage | undefined> {
    return this.place.get(this.key(upstream, project));
  }

  async packed(upstream: string, project: ProjectName): Promise<Uint8Array | undefined> {
    const page = await this.get(upstream, project);
    if (page === undefined) return undefined;
    const { body: bytes, ...rest } = page;
    return packPage({ ...rest, sent: { bytes, encoding: 'identity' } });
  }

  async put(upstream: string, project: ProjectName, page: PageToStore): Promise<void> {
    const { sent, ...rest } = page;
    this.place.set(this.key(upstream, project), { ...rest, body: this.unpack(sent) });
  }

  async delete(upstream: string, project: ProjectName): Promise<void> {
    this.place.delete(this.key(upstream, project));
  }
}

const of = (Store: typeof MapPages) => (): PagesSubject => {
  const place: Place = new Map();
  return { store: new Store(place), again: () => new Store(place) };
};

catches('pages', PAGES, of(MapPages), {
  'keeps for itself': of(
    class extends MapPages {
      override readonly place: Place = new Map();
    },
  ),
  'loses when it was checked': of(
    class extends MapPages {
      override put(upstream: string, project: ProjectName, page: PageToStore): Promise<void> {
        return super.put(upstream, project, { ...page, checkedAt: 5 });
      }
    },
  ),
  'leaves pages packed': of(
    class extends MapPages {
      override unpack({ bytes }: PageToStore['sent']): Uint8Array {
        return bytes;
      }
    },
  ),
  'does not tell upstreams apart': of(
    class extends MapPages {
      override key(_upstream: string, project: ProjectName): string {
        return project;
      }
    },
  ),
  'keeps of the page before what the next has not': of(
    class extends MapPages {
      override async put(upstream: string, project: ProjectName, page: PageToStore): Promise<void> {
        const before = this.place.get(this.key(upstream, project));
        const etag = page.etag ?? before?.etag;
        await super.put(upstream, project, { ...page, etag });
      }
    },
  ),
  'deletes nothing': of(
    class extends MapPages {
      override async delete(): Promise<void> {}
    },
  ),
  'writes in two steps': of(
    class extends MapPages {
      override async put(upstream: string, project: ProjectName, page: PageToStore): Promise<void> {
        const before = await this.get(upstream, project);
        if (before !== undefined) Object.assign(before, { etag: page.etag });
        await new Promise(setImmediate);
        await super.put(upstream, project, page);
      }
    },
  ),
});
