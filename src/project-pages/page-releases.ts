import type { DatedRelease, DatedReleases } from '../domain/dated-releases.js';
import type { ProjectPage } from '../domain/project-page.js';
import { releaseKey } from '../domain/release-key.js';
import { compareVersions } from '../domain/version.js';

/** A client takes none unless it is asked to; of versions in their normal form. */
const PRE_RELEASE = /(?:a|b|rc|\.dev)\d/;

/** The releases of a page by their versions, sorted once somebody asks: hardly any page is asked. */
export class PageReleases implements DatedReleases {
  readonly #page: ProjectPage;
  #sorted: readonly (DatedRelease & { readonly isThere: boolean })[] | undefined;

  constructor(page: ProjectPage) {
    this.#page = page;
  }

  *from(version: string): Generator<DatedRelease> {
    this.#sorted ??= sortedReleases(this.#page);
    const own = releaseKey(version);
    for (const release of this.#sorted) {
      if (compareVersions(release.version, version) > 0) continue;
      // Whoever yanks a release whole and adds a file to it does not make it young, either: a pin still finds it.
      if (release.isThere || releaseKey(release.version) === own) yield release;
    }
  }
}

function sortedReleases({ files }: ProjectPage) {
  const releases = new Map<string, { version: string; uploadTime: number; isThere: boolean }>();
  for (const { name, uploadTime, yanked } of files) {
    const { version } = name;
    if (version === undefined || uploadTime === undefined || PRE_RELEASE.test(version)) continue;
    const key = releaseKey(version);
    const release = releases.get(key) ?? { version, uploadTime, isThere: false };
    releases.set(key, release);
    // Whoever yanks the files of a release and adds one does not make it young.
    release.uploadTime = Math.min(release.uploadTime, uploadTime);
    release.isThere ||= yanked === false;
  }
  return [...releases.values()].sort((a, b) => compareVersions(b.version, a.version));
}
