import { parseDistributionFilename } from '../domain/distribution-filename.js';
import type { Inspection } from '../domain/finding.js';
import type { ProjectName } from '../domain/project-name.js';
import type { KnownStartPlaces, StartPartner, StartPlaces } from '../domain/start-places.js';

/** Far above the number of filled places in a real cache: some hundred bytes each. */
const MOST_FILLED = 200_000;
/** Opened places are rare. */
const MOST_OPENED = 50_000;

interface Seen {
  /** Milliseconds since 1970: the earliest artifact of the project with this place. */
  readonly since: number;
  /** Orders artifacts of one instant. */
  readonly turn: number;
  readonly filename: string;
}

/** For one role: by place, then by project. */
type ByPlace = Map<string, Map<ProjectName, Seen>>;

const ROLES = ['opens', 'fills'] as const;
type Role = (typeof ROLES)[number];
const OTHER: Readonly<Record<Role, Role>> = { opens: 'fills', fills: 'opens' };

/** The start places of all artifacts with known findings, in memory: the first artifact of each project counts. */
export class StartPlaceIndex implements KnownStartPlaces {
  readonly #seen: Readonly<Record<Role, ByPlace>> = { opens: new Map(), fills: new Map() };
  #turn = 0;
  readonly #counts: Record<Role, number> = { opens: 0, fills: 0 };
  readonly #most: Readonly<Record<Role, number>> = { opens: MOST_OPENED, fills: MOST_FILLED };

  /** @param since milliseconds since 1970: when its findings became known */
  add(project: ProjectName, { startPlaces, filename }: Inspection, since: number): void {
    if (startPlaces === undefined) return;
    const turn = this.#turn++;
    for (const role of ROLES)
      for (const place of startPlaces[role])
        this.#add(role, place, project, { since, turn, filename });
  }

  *partnersOf(project: ProjectName, places: StartPlaces): Iterable<StartPartner> {
    for (const role of ROLES)
      for (const place of places[role]) {
        const others = this.#seen[OTHER[role]].get(place);
        if (others === undefined) continue;
        const own = this.#seen[role].get(place)?.get(project);
        for (const [other, seen] of others) {
          if (other === project || (own !== undefined && isEarlier(own, seen))) continue;
          const { filename } = seen;
          const version = versionOf(filename);
          yield { place, role: OTHER[role], project: other, version, filename };
        }
      }
  }

  #add(role: Role, place: string, project: ProjectName, seen: Seen): void {
    let projects = this.#seen[role].get(place);
    if (projects === undefined) {
      projects = new Map();
      this.#seen[role].set(place, projects);
    }
    const before = projects.get(project);
    if (before === undefined && this.#counts[role] >= this.#most[role]) return;
    if (before === undefined) this.#counts[role]++;
    if (before === undefined || isEarlier(seen, before)) projects.set(project, seen);
  }
}

function isEarlier(one: Seen, other: Seen): boolean {
  return one.since < other.since || (one.since === other.since && one.turn < other.turn);
}

function versionOf(filename: string): string | undefined {
  return parseDistributionFilename(filename)?.version;
}
