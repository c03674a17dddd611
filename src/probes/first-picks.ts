import type { IndexFile, ProjectPage } from '../domain/project-page.js';
import { type ReleaseKey, releaseKey } from '../domain/release-key.js';
import { compareVersions } from '../domain/version.js';
import { isPrerelease } from '../project-pages/newest-release.js';

/** Number of releases of each kind that a resolver picks first. */
const NEWEST = 2;
/** Limit for a synchronous loop: a page may have tens of thousands of files, in any order. */
const MOST_JUDGED = 2_000;

interface PickedRelease {
  readonly version: string;
  readonly files: IndexFile[];
}

export interface PickSettings {
  /** Whether a client may choose the file, according to the known facts. */
  readonly isChoice: (file: IndexFile) => boolean;
  /** Whether local clients have fetched a file with one of its tags. */
  readonly isFamiliar: (file: IndexFile) => boolean;
}

/**
 * The wheels that a resolver would pick first: those of the two newest final releases, and of two newer pre-releases.
 * Files with tags that local clients have fetched come first, and no release or kind of file displaces the next one.
 */
export function firstPicks(page: ProjectPage, { isChoice, isFamiliar }: PickSettings): IndexFile[] {
  const finals = new NewestReleases();
  const early = new NewestReleases();
  let judged = 0;
  // Indexes list the newest last, so most of the earlier files need not be judged.
  for (let at = page.files.length - 1; at >= 0 && judged < MOST_JUDGED; at -= 1) {
    const file = page.files[at]!;
    const { version, kind } = file.name;
    if (version === undefined || kind !== 'wheel' || file.yanked !== false) continue;
    const releases = isPrerelease(version) ? early : finals;
    if (!releases.mayTake(version)) continue;
    judged += 1;
    if (isChoice(file)) releases.add(version, file);
  }
  const newest = finals.all[0]?.version;
  const later = early.all.filter(
    ({ version }) => newest === undefined || compareVersions(version, newest) > 0,
  );
  return inTurns([...later, ...finals.all].map(({ files }) => byUse(files, isFamiliar)));
}

/** The newest of the added releases, newest first. */
class NewestReleases {
  all: PickedRelease[] = [];
  readonly #keys = new Map<ReleaseKey, PickedRelease>();
  #asked = { version: '', isNew: false };

  /** Whether a release may be among them; the files of a release are consecutive. */
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

/**
 * Alternates files for any platform with those for the most common server platforms; files for other platforms come
 * last.
 */
function byUse(files: readonly IndexFile[], isFamiliar: PickSettings['isFamiliar']): IndexFile[] {
  const ranks: IndexFile[][] = [[], [], [], []];
  for (const file of files.toSorted(newestPythonFirst))
    ranks[isFamiliar(file) ? 0 : rankOf(file)]!.push(file);
  const [familiar, ofAny, ofServers, others] = ranks;
  return [...familiar!, ...inTurns([ofAny!, ofServers!]), ...others!];
}

function rankOf({ filename }: IndexFile): number {
  if (/-none-any\.whl$/i.test(filename)) return 1;
  return /linux.*x86_64\.whl$/i.test(filename) ? 2 : 3;
}

/** By the number in the Python tag, then by the build: a client takes the highest. */
function newestPythonFirst(a: IndexFile, b: IndexFile): number {
  return NUMBERS.compare(b.filename, a.filename);
}

const NUMBERS = new Intl.Collator('en', { numeric: true });

/** The first item of each list, then the second of each, and so on. */
function inTurns<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  const turns = Array.from({ length: longest }, (_, at) => at);
  return turns.flatMap((at) => lists.flatMap((list) => list.slice(at, at + 1)));
}
