import type { FeedHit, MalwareFeed } from '../domain/malware-feed.js';
import type { ProjectName } from '../domain/project-name.js';
import { parseSpecifier, sameVersion } from '../domain/version.js';
import type { FeedEntry, VersionSpan } from './osv-record.js';

/**
 * The records of a feed by project: a look-up costs the same whatever the number of records. They stay text, a
 * third of what they would take as objects, until somebody asks for their project.
 */
export class FeedIndex implements MalwareFeed {
  readonly revision: string;
  readonly syncedAt: number;
  /** Records of all projects together. */
  readonly records: number;
  readonly #lines: ReadonlyMap<ProjectName, readonly string[]>;
  /** Files of one project are asked for together. */
  #last: { readonly project: ProjectName; readonly entries: readonly FeedEntry[] } | undefined;

  /** @param lines for each project those of the feed's file that name it: `[id, entries]` as JSON */
  constructor(
    state: { readonly revision: string; readonly syncedAt: number; readonly records: number },
    lines: ReadonlyMap<ProjectName, readonly string[]>,
  ) {
    this.revision = state.revision;
    this.syncedAt = state.syncedAt;
    this.records = state.records;
    this.#lines = lines;
  }

  get projects(): number {
    return this.#lines.size;
  }

  /** The same feed, known to be current at a later time (milliseconds since 1970). */
  at(syncedAt: number): FeedIndex {
    const { revision, records } = this;
    return new FeedIndex({ revision, syncedAt, records }, this.#lines);
  }

  find(project: ProjectName, version: string | undefined): FeedHit | undefined {
    const lines = this.#lines.get(project);
    if (lines === undefined) return undefined;
    const entry = this.#entriesOf(project, lines).find(
      (candidate) => version === undefined || names(candidate, version),
    );
    return entry && { id: entry.id, summary: entry.summary };
  }

  #entriesOf(project: ProjectName, lines: readonly string[]): readonly FeedEntry[] {
    if (this.#last?.project === project) return this.#last.entries;
    const entries = lines
      .flatMap((line) => (JSON.parse(line) as [string, FeedEntry[]])[1])
      .filter((entry) => entry.project === project);
    this.#last = { project, entries };
    return entries;
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
