import type { Sha256 } from '../../../src/domain/digest.js';
import type { Inspection } from '../../../src/domain/finding.js';
import type { ProjectName } from '../../../src/domain/project-name.js';
import type { FindingsStore, ProjectFindings } from '../../../src/store/findings-store.js';
import { catches } from '../../support/contract.js';
import { FINDINGS, type FindingsSubject } from './findings.js';

type Place = Map<string, Inspection>;

/** Findings in a map that those who use it together have in common, and in one of its own what was only learnt. */
class MapFindings implements FindingsStore {
  readonly place: Place;
  readonly learnt: Place = new Map();
  readonly settings: string;

  constructor(place: Place, settings: string) {
    this.place = place;
    this.settings = settings;
  }

  key(project: ProjectName, sha256: Sha256, filename: string): string {
    return JSON.stringify([this.settings, project, sha256, filename]);
  }

  keyOf(project: ProjectName, { sha256, filename }: Inspection): string {
    return this.key(project, sha256, filename);
  }

  find(key: string): Inspection | undefined {
    return this.learnt.get(key) ?? this.place.get(key);
  }

  async get(project: ProjectName, sha256: Sha256, filename: string) {
    return this.find(this.key(project, sha256, filename));
  }

  async known(project: ProjectName): Promise<ProjectFindings> {
    return {
      get: (sha256, filename) => this.find(this.key(project, sha256, filename)),
      named: (filename) => namedIn([...this.place.values(), ...this.learnt.values()], filename),
      all: () => [...this.place.values(), ...this.learnt.values()],
    };
  }

  async put(project: ProjectName, inspection: Inspection): Promise<void> {
    this.place.set(this.keyOf(project, inspection), inspection);
  }

  keep(project: ProjectName, inspection: Inspection): Promise<void> {
    return this.put(project, inspection);
  }

  learn(project: ProjectName, ...inspections: readonly Inspection[]): void {
    for (const one of inspections) this.learnt.set(this.keyOf(project, one), one);
  }
}

function namedIn(all: readonly Inspection[], filename: string): Inspection[] {
  return all.filter((inspection) => inspection.filename === filename);
}

const of = (Store: typeof MapFindings) => (): FindingsSubject => {
  const place: Place = new Map();
  return {
    store: new Store(place, 'usual'),
    again: () => new Store(place, 'usual'),
    underOtherSettings: () => new Store(place, 'other'),
  };
};

/** One whose keys leave something out. */
const keyed = (key: (project: ProjectName, sha256: Sha256, filename: string) => string[]) =>
  of(
    class extends MapFindings {
      override key(project: ProjectName, sha256: Sha256, filename: string): string {
        return JSON.stringify([this.settings, ...key(project, sha256, filename)]);
      }
    },
  );

catches('findings', FINDINGS, of(MapFindings), {
  'keeps for itself': of(
    class extends MapFindings {
      override readonly place: Place = new Map();
    },
  ),
  'loses modules': of(
    class extends MapFindings {
      override put(project: ProjectName, { modules: _, ...rest }: Inspection): Promise<void> {
        return super.put(project, rest);
      }
    },
  ),
  'does not tell projects apart': keyed((_project, sha256, filename) => [sha256, filename]),
  'does not tell digests apart': keyed((project, _sha256, filename) => [project, filename]),
  'does not tell upper from lower case': keyed((project, sha256, filename) => [
    project,
    sha256,
    filename.toLowerCase(),
  ]),
  'keeps the first': of(
    class extends MapFindings {
      override async put(project: ProjectName, inspection: Inspection): Promise<void> {
        if (!this.place.has(this.keyOf(project, inspection))) await super.put(project, inspection);
      }
    },
  ),
  'does not tell settings apart': of(
    class extends MapFindings {
      override readonly settings: string = '';
    },
  ),
  'writes over what comes meanwhile': of(
    class extends MapFindings {
      override async put(project: ProjectName, inspection: Inspection): Promise<void> {
        const all = [...this.place];
        await new Promise(setImmediate);
        this.place.clear();
        for (const [key, value] of all) this.place.set(key, value);
        await super.put(project, inspection);
      }
    },
  ),
  'knows what is put only once it is kept': of(
    class extends MapFindings {
      override async put(project: ProjectName, inspection: Inspection): Promise<void> {
        await new Promise(setImmediate);
        await super.put(project, inspection);
      }
    },
  ),
  'knows a project as it was at first': of(
    class extends MapFindings {
      readonly #known = new Map<ProjectName, Place>();
      override async known(project: ProjectName): Promise<ProjectFindings> {
        const known = this.#known.get(project) ?? new Map([...this.place, ...this.learnt]);
        this.#known.set(project, known);
        return {
          get: (sha256, filename) => known.get(this.key(project, sha256, filename)),
          named: (filename) => namedIn([...known.values()], filename),
          all: () => known.values(),
        };
      }
    },
  ),
  'learns nothing': of(
    class extends MapFindings {
      override learn(): void {}
    },
  ),
});
