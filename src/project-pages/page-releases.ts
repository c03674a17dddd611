import type { DatedRelease, DatedReleases } from '../domain/dated-releases.js';
import type { ProjectPage } from '../domain/project-page.js';
import { publicKey, type ReleaseKey, releaseKey } from '../domain/release-key.js';
import { compareVersions } from '../domain/version.js';

/** A client takes none unless it is asked to; of versions in their normal form. */
const PRE_RELEASE = /(?:a|b|rc|\.dev)\d/;
/** A file without an upload time may be of any time: this one is out of every cooldown. */
const UNDATED = 0;

interface PageRelease {
  readonly version: string;
  readonly key: ReleaseKey;
  /** Of its first file that has one, in milliseconds since 1970. */
  uploadTime: number | undefined;
  isDated: boolean;
  /** Whether a client chooses it without requesting it. */
  isThere: boolean;
}

/** The releases of a page by version, sorted on first use, because few pages need them. */
export class PageReleases implements DatedReleases {
  readonly #page: ProjectPage;
  #sorted: readonly PageRelease[] | undefined;

  constructor(page: ProjectPage) {
    this.#page = page;
  }

  *from(version: string): Generator<DatedRelease> {
    this.#sorted ??= sortedReleases(this.#page);
    const own = releaseKey(version);
    for (const release of this.#sorted) {
      if (compareVersions(release.version, version) > 0) continue;
      // Yanking a whole release and adding a file does not make it young: a pin still finds it.
      if (release.key === own) yield { version: release.version, uploadTime: this.#beganAt(own) };
      else if (release.isThere && release.uploadTime !== undefined)
        yield { version: release.version, uploadTime: release.uploadTime };
    }
  }

  /** With its local versions: the same pin installs them. */
  #beganAt(own: ReleaseKey): number {
    let began = Number.POSITIVE_INFINITY;
    for (const { key, isDated, uploadTime } of this.#sorted ?? []) {
      if (publicKey(key) !== publicKey(own)) continue;
      if (!isDated || uploadTime === undefined) return UNDATED;
      began = Math.min(began, uploadTime);
    }
    return began;
  }
}

function sortedReleases({ files }: ProjectPage): readonly PageRelease[] {
  const releases = new Map<ReleaseKey, PageRelease>();
  for (const { name, uploadTime, yanked } of files) {
    const { version } = name;
    if (version === undefined) continue;
    const key = releaseKey(version);
    const release = releases.get(key) ?? {
      version,
      key,
      uploadTime,
      isDated: true,
      isThere: false,
    };
    releases.set(key, release);
    if (uploadTime === undefined) {
      release.isDated = false;
      continue;
    }
    // Yanking the files of a release and adding one does not make it young.
    release.uploadTime = Math.min(release.uploadTime ?? uploadTime, uploadTime);
    release.isThere ||= yanked === false && !PRE_RELEASE.test(version);
  }
  return [...releases.values()].sort((a, b) => compareVersions(b.version, a.version));
}
