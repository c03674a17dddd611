import type { Inspection } from '../domain/finding.js';
import type { ProjectName } from '../domain/project-name.js';
import type { SeenArtifact, Standing, StartPartner } from '../domain/start-partners.js';
import type { StartPlaces } from '../domain/start-places.js';

/** Far above the number in a real cache: some hundred bytes each. */
const MOST = 200_000;
/** Places of one project: a single one must not fill the index. */
const MOST_OF_PROJECT = 5_000;
/** Artifacts of one project with one place. */
const MOST_ARTIFACTS = 8;
/** Without findings, only a denial excludes an artifact: two of these are enough. */
const MOST_CLEAN = 2;

type Inspected = Pick<Inspection, 'startPlaces' | 'filename' | 'sha256' | 'findings'>;

interface Seen {
  /** Milliseconds since 1970: when its findings became known. */
  readonly since: number;
  /** Orders artifacts of one instant. */
  readonly turn: number;
  readonly artifact: SeenArtifact;
}

/** What a project has at one place. */
interface Artifacts {
  /** The earliest ones, in order. */
  list: Seen[];
  /** Whether it had more. */
  more: boolean;
}

/** For one role: by place, then by project. */
type ByPlace = Map<string, Map<ProjectName, Artifacts>>;

const ROLES = ['opens', 'fills'] as const;
type Role = (typeof ROLES)[number];
const OTHER: Readonly<Record<Role, Role>> = { opens: 'fills', fills: 'opens' };

/** The start places of all artifacts with known findings, in memory. */
export class StartPlaceIndex {
  readonly #seen: Readonly<Record<Role, ByPlace>> = { opens: new Map(), fills: new Map() };
  readonly #ofProject = new Map<ProjectName, number>();
  /** Projects with more places than are kept. */
  readonly #cut = new Set<ProjectName>();
  #turn = 0;
  #count = 0;

  /** Whether places are unknown that may meet these. */
  isCut(project: ProjectName, { opens }: StartPlaces): boolean {
    return this.#cut.has(project) || (opens.length > 0 && this.#count >= MOST);
  }

  /** @param since milliseconds since 1970: when its findings became known */
  add(project: ProjectName, inspected: Inspected, since: number): void {
    const { startPlaces, filename, sha256, findings } = inspected;
    if (startPlaces === undefined) return;
    const artifact = { project, filename, sha256, findings };
    const seen = { since, turn: this.#turn++, artifact };
    for (const role of ROLES)
      for (const place of startPlaces[role]) this.#add(role, place, project, seen);
  }

  *partnersOf(
    project: ProjectName,
    places: StartPlaces,
    standingOf: (artifact: SeenArtifact) => Standing,
  ): Iterable<StartPartner> {
    for (const role of ROLES)
      for (const place of places[role]) {
        const others = this.#seen[OTHER[role]].get(place);
        if (others === undefined) continue;
        const own = earliest(this.#seen[role].get(place)?.get(project), standingOf);
        for (const [other, artifacts] of others) {
          if (other === project) continue;
          const seen = earliest(artifacts, standingOf);
          if (seen === undefined || (own !== undefined && isFirst(own, seen))) continue;
          const { filename } = seen.artifact;
          yield { place, role: OTHER[role], project: other, filename };
        }
      }
  }

  #add(role: Role, place: string, project: ProjectName, seen: Seen): void {
    const projects = this.#seen[role].get(place) ?? new Map<ProjectName, Artifacts>();
    const artifacts = projects.get(project) ?? this.#room(project);
    if (artifacts === undefined) return;
    projects.set(project, artifacts);
    this.#seen[role].set(place, projects);
    const same = artifacts.list.find(({ artifact }) => isSame(artifact, seen.artifact));
    // The same bytes may have other findings under other settings.
    const kept =
      same !== undefined && isEarlier(same, seen) ? { ...same, artifact: seen.artifact } : seen;
    const list = [...artifacts.list.filter((one) => one !== same), kept];
    artifacts.list = list.sort((one, other) => (isEarlier(one, other) ? -1 : 1));
    const clean = list.filter(({ artifact }) => artifact.findings.length === 0);
    const late = clean[MOST_CLEAN] ?? list[MOST_ARTIFACTS];
    if (late === undefined) return;
    artifacts.list = list.filter((one) => one !== late);
    artifacts.more = true;
  }

  /** Room for another place of a project; undefined if there is none. */
  #room(project: ProjectName): Artifacts | undefined {
    const count = this.#ofProject.get(project) ?? 0;
    if (count >= MOST_OF_PROJECT) this.#cut.add(project);
    if (count >= MOST_OF_PROJECT || this.#count >= MOST) return undefined;
    this.#ofProject.set(project, count + 1);
    this.#count++;
    return { list: [], more: false };
  }
}

interface Found extends Seen {
  /** Whether it may have been refused when it was seen. */
  readonly isDoubtful: boolean;
}

/** Of several artifacts, the first one that counts. */
function earliest(
  artifacts: Artifacts | undefined,
  standingOf: (artifact: SeenArtifact) => Standing,
): Found | undefined {
  if (artifacts === undefined) return undefined;
  const { list, more } = artifacts;
  let waived: Seen | undefined;
  for (const seen of list) {
    const standing = standingOf(seen.artifact);
    if (standing === 'permitted') return { ...seen, isDoubtful: false };
    if (standing === 'waived') waived ??= seen;
  }
  // Of those that are not recorded, one may be permitted.
  const last = waived ?? (more ? list.at(-1) : undefined);
  return last && { ...last, isDoubtful: true };
}

function isFirst(own: Found, other: Found): boolean {
  return own.isDoubtful === other.isDoubtful ? isEarlier(own, other) : other.isDoubtful;
}

function isSame(one: SeenArtifact, other: SeenArtifact): boolean {
  return one.sha256 === other.sha256 && one.filename === other.filename;
}

function isEarlier(one: Seen, other: Seen): boolean {
  return one.since < other.since || (one.since === other.since && one.turn < other.turn);
}
