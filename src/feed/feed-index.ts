import type { FeedHit, MalwareFeed } from '../domain/malware-feed.js';
import type { ProjectName } from '../domain/project-name.js';
import { parseSpecifier, sameVersion } from '../domain/version.js';
import type { FeedEntry, VersionSpan } from './osv-record.js';

/** The records of a feed by project: a look-up costs the same whatever the number of records. */
export class FeedIndex implements MalwareFeed {
  readonly revision: string;
  readonly syncedAt: number;
  readonly #entries: ReadonlyMap<ProjectName, readonly FeedEntry[]>;

  constructor(
    revision: string,
    syncedAt: number,
    entries: ReadonlyMap<ProjectName, readonly FeedEntry[]>,
  ) {
    this.revision = revision;
    this.syncedAt = syncedAt;
    this.#entries = entries;
  }

  get projects(): number {
    return this.#entries.size;
  }

  find(project: ProjectName, version: string | undefined): FeedHit | undefined {
    const entry = this.#entries
      .get(project)
      ?.find((candidate) => version === undefined || names(candidate, version));
    return entry && { id: entry.id, summary: entry.summary };
  }
}

function names({ versions, spans }: FeedEntry, version: string): boolean {
  return (
    versions.some((named) => named === version || sameVersion(named, version)) ||
    spans.some((span) => holds(span, version))
  );
}

/** A limit that is no version is doubt: the span then holds everything. */
function holds({ introduced, fixed, last }: VersionSpan, version: string): boolean {
  try {
    return (
      (introduced === '0' || parseSpecifier(`>=${introduced}`).matches(version)) &&
      (fixed === undefined || before(version, fixed)) &&
      (last === undefined || parseSpecifier(`<=${last}`).matches(version))
    );
  } catch {
    return true;
  }
}

/** PEP 440's `<` leaves out the pre-releases of the limit itself; in order of versions they come before it. */
function before(version: string, limit: string): boolean {
  return !parseSpecifier(`>=${limit}`).matches(version);
}
