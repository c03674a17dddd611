import type { SeenByName, SeenBytes } from '../../../src/domain/integrity.js';
import type { ProjectName } from '../../../src/domain/project-name.js';
import type { SeenStore } from '../../../src/store/seen-store.js';
import { catches } from '../../support/contract.js';
import { SEEN, type SeenSubject } from './seen.js';

type Place = Map<string, SeenByName>;

/** Records in a map that those who use it together have in common; each remembers what it has asked for. */
class MapSeen implements SeenStore {
  readonly place: Place;
  readonly remembered: Place = new Map();

  constructor(place: Place) {
    this.place = place;
  }

  key(upstream: string, project: ProjectName): string {
    return `${upstream}/${project}`;
  }

  kept(seen: SeenBytes): SeenBytes {
    const { other: _, ...rest } = seen;
    return rest;
  }

  async known(upstream: string, project: ProjectName): Promise<SeenByName> {
    const key = this.key(upstream, project);
    const known = this.remembered.get(key) ?? new Map(this.place.get(key));
    this.remembered.set(key, known);
    return known;
  }

  peek(upstream: string, project: ProjectName): SeenByName | undefined {
    return this.remembered.get(this.key(upstream, project));
  }

  async read(upstream: string, project: ProjectName, filename: string) {
    return this.place.get(this.key(upstream, project))?.get(filename);
  }

  async put(upstream: string, project: ProjectName, seen: SeenBytes): Promise<void> {
    const key = this.key(upstream, project);
    this.place.set(key, new Map(this.place.get(key)).set(seen.filename, this.kept(seen)));
    this.learn(upstream, project, seen);
  }

  learn(upstream: string, project: ProjectName, ...seen: readonly SeenBytes[]): void {
    const key = this.key(upstream, project);
    const known = this.remembered.get(key);
    if (known === undefined) return;
    const more = seen.map((one) => [one.filename, one] as const);
    this.remembered.set(key, new Map([...known, ...more]));
  }

  forget(upstream?: string, project?: ProjectName): void {
    if (upstream === undefined || project === undefined) this.remembered.clear();
    else this.remembered.delete(this.key(upstream, project));
  }
}

const of = (Store: typeof MapSeen) => (): SeenSubject => {
  const place: Place = new Map();
  return { store: new Store(place), again: () => new Store(place) };
};

const altered = (alter: (seen: SeenBytes) => SeenBytes) =>
  of(
    class extends MapSeen {
      override kept(seen: SeenBytes): SeenBytes {
        return alter(super.kept(seen));
      }
    },
  );

catches('seen bytes', SEEN, of(MapSeen), {
  'keeps for itself': of(
    class extends MapSeen {
      override readonly place: Place = new Map();
    },
  ),
  'loses the other digests': altered((seen) => ({ ...seen, hashes: {} })),
  'does not tell upstreams apart': of(
    class extends MapSeen {
      override key(_upstream: string, project: ProjectName): string {
        return project;
      }
    },
  ),
  'writes names in lower case': altered((seen) => ({
    ...seen,
    filename: seen.filename.toLowerCase(),
  })),
  'keeps the first': of(
    class extends MapSeen {
      override async put(upstream: string, project: ProjectName, seen: SeenBytes): Promise<void> {
        if ((await this.read(upstream, project, seen.filename)) === undefined)
          await super.put(upstream, project, seen);
      }
    },
  ),
  'writes over what comes meanwhile': of(
    class extends MapSeen {
      override async put(upstream: string, project: ProjectName, seen: SeenBytes): Promise<void> {
        const key = this.key(upstream, project);
        const before = this.place.get(key);
        await new Promise(setImmediate);
        this.place.set(key, new Map(before).set(seen.filename, this.kept(seen)));
      }
    },
  ),
  'makes a new object each time': of(
    class extends MapSeen {
      override async known(upstream: string, project: ProjectName): Promise<SeenByName> {
        return new Map(await super.known(upstream, project));
      }
    },
  ),
  'changes what it has given': of(
    class extends MapSeen {
      override learn(upstream: string, project: ProjectName, seen: SeenBytes): void {
        const known = this.peek(upstream, project) as Map<string, SeenBytes> | undefined;
        known?.set(seen.filename, seen);
      }
    },
  ),
  'learns nothing': of(
    class extends MapSeen {
      override learn(): void {}
    },
  ),
  'keeps what it learns': of(
    class extends MapSeen {
      override learn(upstream: string, project: ProjectName, seen: SeenBytes): void {
        super.learn(upstream, project, seen);
        const key = this.key(upstream, project);
        this.place.set(key, new Map(this.place.get(key)).set(seen.filename, seen));
      }
    },
  ),
  'forgets nothing': of(
    class extends MapSeen {
      override forget(): void {}
    },
  ),
  'forgets all, always': of(
    class extends MapSeen {
      override forget(): void {
        super.forget();
      }
    },
  ),
});
