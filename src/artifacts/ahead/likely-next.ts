import type { IndexFile } from '../../domain/project-page.js';
import { type ReleaseKey, releaseKey } from '../../domain/release-key.js';
import { compareVersions } from '../../domain/version.js';
import { expandTags } from '../../domain/wheel-tags.js';
import { newestRelease } from '../../project-pages/newest-release.js';

/** Files of one release that are compared: a name may stand for hundreds of tags, and this is done in one go. */
const MOST_COMPARED = 200;

/** What is known of a page's files, by their place in `page.files`. */
export interface PageKnowledge {
  readonly files: readonly IndexFile[];
  /** Whether its bytes have been here. */
  isInspected(index: number): boolean;
  /** Whether a client may choose it, as far as is known. */
  isOffered(index: number): boolean;
}

/**
 * The files of the newest release that clients here will likely ask for: those like the files that were fetched of the last
 * release before it. An sdist is like an sdist; a wheel is like one that shares a compatibility tag with it, since whatever
 * could install the one can install the other. Empty where nothing of the project was fetched before.
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
