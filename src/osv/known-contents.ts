import {
  type DistributionFilename,
  parseDistributionFilename,
} from '../domain/distribution-filename.js';
import type { Inspection } from '../domain/finding.js';
import type { ProjectName } from '../domain/project-name.js';
import { type ReleaseKey, releaseKey } from '../domain/release-key.js';
import type { ListedFile } from '../project-pages/project-pages.js';

/** An inspected artifact with its parsed filename. */
export interface KnownContent {
  readonly name: DistributionFilename;
  readonly inspection: Inspection;
}

/**
 * The facts about a project's artifacts by release, read once for any number of queries. Invalid versions count as one
 * release, because they cannot be distinguished.
 */
export class KnownContents {
  readonly #byRelease = new Map<ReleaseKey, KnownContent[]>();
  readonly #versions = new Map<ReleaseKey, string | undefined>();
  readonly #listedWheels = new Set<ReleaseKey>();
  /** Whether the project's page is known: without it, further files may exist. */
  readonly isListed: boolean;

  /** @param listed the files of the project's page; undefined if it is not in memory */
  constructor(
    project: ProjectName,
    inspections: Iterable<Inspection>,
    listed: readonly ListedFile[] | undefined,
  ) {
    this.isListed = listed !== undefined;
    const digests = new Map<string, string | undefined>();
    for (const { file, subject } of listed ?? []) {
      const key = releaseKey(subject.version);
      this.#versions.set(key, subject.version);
      digests.set(file.filename, subject.sha256);
      if (subject.kind === 'wheel') this.#listedWheels.add(key);
    }
    for (const inspection of inspections) {
      const name = parseDistributionFilename(inspection.filename, project);
      if (name === undefined) continue;
      const key = releaseKey(name.version);
      this.#versions.set(key, name.version);
      // The page now lists other bytes with that name.
      const now = digests.get(inspection.filename);
      if (now !== undefined && now !== inspection.sha256) continue;
      const same = this.#byRelease.get(key);
      if (same === undefined) this.#byRelease.set(key, [{ name, inspection }]);
      else same.push({ name, inspection });
    }
  }

  /** Of the known releases; undefined stands for all invalid versions. */
  get versions(): Iterable<string | undefined> {
    return this.#versions.values();
  }

  of(key: ReleaseKey): readonly KnownContent[] {
    return this.#byRelease.get(key) ?? [];
  }

  /** Whether the release may have a wheel: without its page, this is unknown. */
  mayHaveWheel(key: ReleaseKey): boolean {
    return !this.isListed || this.#listedWheels.has(key);
  }
}
