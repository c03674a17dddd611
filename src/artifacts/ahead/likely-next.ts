import type { IndexFile } from '../../domain/project-page.js';
import { type ReleaseKey, releaseKey } from '../../domain/release-key.js';
import { compareVersions } from '../../domain/version.js';
import { expandTags } from '../../domain/wheel-tags.js';
import { newestRelease } from '../../project-pages/newest-release.js';

/**
 * The maximum number of compared files of a release: a release may have hundreds of tags, and the comparison is
 * synchronous.
 */
const MOST_COMPARED = 200;

/** The facts about a page's files, by their index in `page.files`. */
export interface PageKnowledge {
  readonly files: readonly IndexFile[];
  /** Whether its bytes have been here. */
  isInspected(index: number): boolean;
  /** Whether a client may choose it, according to the known facts. */
  isOffered(index: number): boolean;
}

/**
 * The files of the newest release that local clients will probably request: those similar to the files that were
 * fetched of the previous release. Two sdists are similar; two wheels are if they share a compatibility tag, since a
 * client that could install the one can install the other. Empty if no file of the project was fetched before.
 */
export function likelyNext(page: PageKnowledge): IndexFile[] {
  const { files } = page;
  const fetched = files.filter((_, index) => page.isInspected(index));
  if (fetched.length === 0) return [];
  const isOffered = (_: IndexFile, index: number) => page.isOffered(index);
  const newest = newestRelease(files, isOffered);
  const before = newest && filesOfLast(fetched, newest);
  if (before === undefined) return [];
  const wanted = new Set(before.slice(0, MOST_COMPARED).flatMap(traitsOf));
  return files
    .filter(
      ({ name: { version } }, index) =>
        version !== undefined &&
        releaseKey(version) === newest?.key &&
        page.isOffered(index) &&
        !page.isInspected(index),
    )
    .slice(0, MOST_COMPARED)
    .filter((file) => traitsOf(file).some((trait) => wanted.has(trait)));
}

/** Of the last release before the newest. */
function filesOfLast(
  fetched: readonly IndexFile[],
  newest: { readonly key: ReleaseKey; readonly version: string },
): IndexFile[] | undefined {
  let [last, files]: [string | undefined, IndexFile[]] = [undefined, []];
  for (const file of fetched) {
    const { version } = file.name;
    if (version === undefined || compareVersions(version, newest.version) >= 0) continue;
    const order = last === undefined ? 1 : compareVersions(version, last);
    if (order > 0) [last, files] = [version, [file]];
    else if (order === 0) files.push(file);
  }
  return last === undefined ? undefined : files;
}

function traitsOf({ name }: IndexFile): readonly string[] {
  if (name.kind === 'wheel') return expandTags(name);
  return name.kind === 'sdist' ? ['sdist'] : [];
}
