import type { IndexFile, ProjectPage } from '../domain/project-page.js';
import { publicKey, type ReleaseKey, releaseKey } from '../domain/release-key.js';
import type { PageSights } from './first-sights.js';

/** When a file joined its release, and when the release began. In milliseconds since 1970. */
export interface Beginning {
  /** When the file was first listed, if its upload time is missing, or contradicts what was listed when. */
  readonly firstSeen: number | undefined;
  /** By what was listed when, by two other files, or by the only other one. */
  readonly releaseBegan: number | undefined;
  /** The earliest upload time in the release, if one file alone states it and others do not. */
  readonly releaseSaid: number | undefined;
}

/** Difference between the index's clock and ours that is no contradiction, in milliseconds. */
const CLOCKS = 3_600_000;
/** Times kept per release: two that others state, besides the file's own. */
const KEPT = 3;

interface Stated {
  readonly file: IndexFile;
  readonly at: number;
}

/**
 * The beginnings of a page's files. Upload times are only statements of the index, so one of them alone does not make the
 * other files late: where two others exist, the second-earliest counts. What was seen here always counts.
 */
export class Beginnings {
  readonly #sights: PageSights;
  /** By public version: the earliest, in order. A local version counts with it, because the same pin installs both. */
  readonly #earliest = new Map<ReleaseKey, Stated[]>();

  constructor({ files }: ProjectPage, sights: PageSights) {
    this.#sights = sights;
    for (const file of files) {
      const { version } = file.name;
      // An invalid version may be any release.
      if (version === undefined || file.uploadTime === undefined) continue;
      const at = this.#firstSeen(file) ?? file.uploadTime;
      const key = publicKey(releaseKey(version));
      const earliest = this.#earliest.get(key) ?? [];
      const place = earliest.findIndex((other) => at < other.at);
      earliest.splice(place === -1 ? earliest.length : place, 0, { file, at });
      if (earliest.length > KEPT) earliest.pop();
      this.#earliest.set(key, earliest);
    }
  }

  of(file: IndexFile): Beginning {
    const firstSeen = this.#firstSeen(file);
    const { version } = file.name;
    if (version === undefined)
      return { firstSeen, releaseBegan: undefined, releaseSaid: undefined };
    const key = publicKey(releaseKey(version));
    const stated = this.#earliest.get(key) ?? [];
    const [first, second] = stated.filter((other) => other.file !== file);
    const known = [
      this.#sights.ofRelease(key),
      firstSeen ?? file.uploadTime,
      (second ?? first)?.at,
    ].filter((time) => time !== undefined);
    const releaseBegan = known.length > 0 ? Math.min(...known) : undefined;
    const isAlone =
      first !== undefined && second !== undefined && first.at < (releaseBegan ?? Infinity);
    return { firstSeen, releaseBegan, releaseSaid: isAlone ? first.at : undefined };
  }

  /** Undefined if the stated upload time can be true, or nothing is known. */
  #firstSeen({ filename, uploadTime }: IndexFile): number | undefined {
    const sight = this.#sights.ofFile(filename);
    if (sight === undefined) return undefined;
    const { seen, without = Number.NEGATIVE_INFINITY } = sight;
    const isPossible =
      uploadTime !== undefined && uploadTime > without && uploadTime <= seen + CLOCKS;
    return isPossible ? undefined : seen;
  }
}
