import type { IndexFile, ProjectPage } from '../domain/project-page.js';
import { type ReleaseKey, releaseKey } from '../domain/release-key.js';
import { compareVersions } from '../domain/version.js';
import { isPrerelease } from '../project-pages/newest-release.js';

/** Releases of each kind that a resolver picks first. */
const NEWEST = 2;

interface PickedRelease {
  readonly version: string;
  readonly files: IndexFile[];
}

/**
 * The wheels that a resolver would pick first: those of the two newest final releases, and of two newer pre-releases. Those
 * that fit any machine come first, and one release does not crowd out the next.
 * @param isChoice whether a client may take a file, as far as is known
 */
export function firstPicks(page: ProjectPage, isChoice: (file: IndexFile) => boolean): IndexFile[] {
  const finals = new NewestReleases();
  const early = new NewestReleases();
  // Indexes list the newest last: of those before it most need not be judged.
  for (let at = page.files.length - 1; at >= 0; at -= 1) {
    const file = page.files[at]!;
    const { version, kind } = file.name;
    if (version === undefined || kind !== 'wheel' || file.yanked !== false) continue;
    const releases = isPrerelease(version) ? early : finals;
    if (releases.mayTake(version) && isChoice(file)) releases.add(version, file);
  }
  const newest = finals.all[0]?.version;
  const later = early.all.filter(
    ({ version }) => newest === undefined || compareVersions(version, newest) > 0,
  );
  return inTurns([...later, ...finals.all].map(({ files }) => files.sort(byUse)));
}

/** The newest releases of those that are added, the newest first. */
class NewestReleases {
  all: PickedRelease[] = [];
  readonly #keys = new Map<ReleaseKey, PickedRelease>();
  #asked = { version: '', isNew: false };

  /** Whether a release may be among them; the files of one follow one another. */
  mayTake(version: string): boolean {
    if (version !== this.#asked.version) {
      const last = this.all[NEWEST - 1];
      const isNew = last === undefined || compareVersions(version, last.version) >= 0;
      this.#asked = { version, isNew };
    }
    return this.#asked.isNew;
  }

  add(version: string, file: IndexFile): void {
    const key = releaseKey(version);
    const known = this.#keys.get(key);
    if (known !== undefined) {
      known.files.push(file);
      return;
    }
    const release = { version, files: [file] };
    this.#keys.set(key, release);
    this.all = [...this.all, release]
      .sort((a, b) => compareVersions(b.version, a.version))
      .slice(0, NEWEST);
  }
}

/** A file for any machine first, then for the machines that most servers are. */
function byUse(a: IndexFile, b: IndexFile): number {
  return rankOf(a) - rankOf(b) || (a.filename < b.filename ? 1 : -1);
}

function rankOf({ filename }: IndexFile): number {
  if (/-none-any\.whl$/i.test(filename)) return 0;
  return /linux.*x86_64\.whl$/i.test(filename) ? 1 : 2;
}

/** The first of each list, then the second of each, and so on. */
function inTurns<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  const turns = Array.from({ length: longest }, (_, at) => at);
  return turns.flatMap((at) => lists.flatMap((list) => list.slice(at, at + 1)));
}
