import type { Inspection } from '../domain/finding.js';
import type { ProjectName } from '../domain/project-name.js';
import type { KnownStartPlaces, SeenArtifact, StartPartner } from '../domain/start-partners.js';
import type { StartPlaces } from '../domain/start-places.js';

/** Far above the number in a real cache: some hundred bytes each. */
const MOST = 200_000;
/** Places of one project: a single one must not fill the index. */
const MOST_OF_PROJECT = 5_000;
/** Artifacts of one project with one place. */
const MOST_ARTIFACTS = 8;
/** Without findings, only a denial excludes an artifact: two of these are enough. */
const MOST_CLEAN = 2;

interface Seen {
  /** Milliseconds since 1970: when its findings became known. */
  readonly since: number;
  /** Orders artifacts of one instant. */
  readonly turn: number;
  readonly artifact: SeenArtifact;
}

/** What a project has at one place. */
interface Artifacts {
  readonly list: Seen[];
  /** Whether it had more. */
  more: boolean;
}

/** For one role: by place, then by project. */
type ByPlace = Map<string, Map<ProjectName, Artifacts>>;

const ROLES = ['opens', 'fills'] as const;
type Role = (typeof ROLES)[number];
const OTHER: Readonly<Record<Role, Role>> = { opens: 'fills', fills: 'opens' };

/** The start places of all artifacts with known findings, in memory. */
export class StartPlaceIndex implements KnownStartPlaces {
  readonly #seen: Readonly<Record<Role, ByPlace>> = { opens: new Map(), fills: new Map() };
  readonly #ofProject = new Map<ProjectName, number>();
  #turn = 0;
  #count = 0;

  get isFull(): boolean {
    return this.#count >= MOST;
  }

  /** @param since milliseconds since 1970: when its findings became known */
  add(project: ProjectName, inspection: Inspection, since: number): void {
    const { startPlaces, filename, sha256, findings } = inspection;
    if (startPlaces === undefined) return;
    const artifact = { project, filename, sha256, findings };
    const seen = { since, turn: this.#turn++, artifact };
    for (const role of ROLES)
      for (const place of startPlaces[role]) this.#add(role, place, project, seen);
  }

  *partnersOf(
    project: ProjectName,
    places: StartPlaces,
    permits: (artifact: SeenArtifact) => boolean,
  ): Iterable<StartPartner> {
    for (const role of ROLES)
      for (const place of places[role]) {
        const others = this.#seen[OTHER[role]].get(place);
        if (others === undefined) continue;
        const own = earliest(this.#seen[role].get(place)?.get(project), permits);
        for (const [other, artifacts] of others) {
          if (other === project) continue;
          // Of those that are not recorded, one may be permitted.
          const seen =
            earliest(artifacts, permits) ?? (artifacts.more ? artifacts.list[0] : undefined);
          if (seen === undefined || (own !== undefined && isEarlier(own, seen))) continue;
          const { filename } = seen.artifact;
          yield { place, role: OTHER[role], project: other, filename };
        }
      }
  }

  #add(role: Role, place: string, project: ProjectName, seen: Seen): void {
    let projects = this.#seen[role].get(place);
    let artifacts = projects?.get(project);
    if (artifacts === undefined) {
      const count = this.#ofProject.get(project) ?? 0;
      if (this.isFull || count >= MOST_OF_PROJECT) return;
      this.#ofProject.set(project, count + 1);
      this.#count++;
      artifacts = { list: [], more: false };
      projects ??= new Map();
      projects.set(project, artifacts);
      this.#seen[role].set(place, projects);
    }
    const { list } = artifacts;
    if (list.some(({ artifact }) => isSame(artifact, seen.artifact))) return;
    const clean = list.filter(({ artifact }) => artifact.findings.length === 0).length;
    if (list.length >= MOST_ARTIFACTS || clean >= MOST_CLEAN) artifacts.more = true;
    else list.push(seen);
  }
}

function earliest(
  artifacts: Artifacts | undefined,
  permits: (artifact: SeenArtifact) => boolean,
): Seen | undefined {
  let first: Seen | undefined;
  for (const seen of artifacts?.list ?? [])
    if ((first === undefined || isEarlier(seen, first)) && permits(seen.artifact)) first = seen;
  return first;
}

function isSame(one: SeenArtifact, other: SeenArtifact): boolean {
  return one.sha256 === other.sha256 && one.filename === other.filename;
}

function isEarlier(one: Seen, other: Seen): boolean {
  return one.since < other.since || (one.since === other.since && one.turn < other.turn);
}
