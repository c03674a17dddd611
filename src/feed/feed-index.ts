import { createHash, type Hash } from 'node:crypto';
import type { FeedHit, FeedRecord, MalwareFeed, SecurityFix } from '../domain/malware-feed.js';
import type { ProjectName } from '../domain/project-name.js';
import { type Affects, affects } from './affects.js';
import type { FeedEntry, FixEntry } from './osv-record.js';
import { SecurityFixes } from './security-fixes.js';

interface Entry {
  readonly id: string;
  readonly hit: FeedHit;
  readonly affects: Affects;
}

/**
 * The records of a feed by project, so a look-up does not depend on the number of records. They remain text, a third of
 * their size as objects, until their project is requested.
 */
export class FeedIndex implements MalwareFeed {
  readonly revision: string;
  readonly syncedAt: number;
  /** Total number of records. */
  readonly records: number;
  readonly #lines: ReadonlyMap<ProjectName, readonly string[]>;
  readonly #fixes: SecurityFixes;
  /** By the records' identifiers, built at the first query by identifier. */
  #byId: ReadonlyMap<string, readonly string[]> | undefined;
  /** A cache, because the files of one project are queried together. */
  #last: { readonly project: ProjectName; readonly entries: readonly Entry[] } | undefined;

  /** @param lines for each project, the lines of the feed's file that name it: `[id, entries]` as JSON */
  constructor(
    state: { readonly revision: string; readonly syncedAt: number; readonly records: number },
    lines: ReadonlyMap<ProjectName, readonly string[]>,
    fixes: SecurityFixes,
  ) {
    this.revision = state.revision;
    this.syncedAt = state.syncedAt;
    this.records = state.records;
    this.#lines = lines;
    this.#fixes = fixes;
  }

  get projects(): number {
    return this.#lines.size;
  }

  /** The same feed with a later time at which it was known to be current (milliseconds since 1970). */
  at(syncedAt: number): FeedIndex {
    const { revision, records } = this;
    return new FeedIndex({ revision, syncedAt, records }, this.#lines, this.#fixes);
  }

  get fixesRevision(): string {
    return this.#fixes.revision;
  }

  fixes(project: ProjectName): readonly SecurityFix[] {
    return this.#fixes.of(project);
  }

  find(project: ProjectName, version: string | undefined): FeedHit | undefined {
    return this.#entriesOf(project).find(isOf(version))?.hit;
  }

  naming(project: ProjectName, version: string | undefined): readonly FeedRecord[] {
    const ids = new Set(
      this.#entriesOf(project)
        .filter(isOf(version))
        .map(({ id }) => id),
    );
    const lines = this.#lines.get(project) ?? [];
    return [...ids].flatMap((id) => recordIn(lines, id) ?? []);
  }

  record(id: string): FeedRecord | undefined {
    this.#byId ??= linesById(this.#lines);
    return recordIn(this.#byId.get(id) ?? [], id);
  }

  #entriesOf(project: ProjectName): readonly Entry[] {
    const lines = this.#lines.get(project);
    if (lines === undefined) return NONE;
    if (this.#last?.project === project) return this.#last.entries;
    const entries = lines
      .flatMap(entriesIn)
      .filter((entry) => entry.project === project)
      .map((entry) => ({
        id: entry.id,
        hit: { id: entry.id, summary: entry.summary },
        affects: affects(entry),
      }));
    this.#last = { project, entries };
    return entries;
  }
}

const NONE: readonly Entry[] = [];

function isOf(version: string | undefined): (entry: Entry) => boolean {
  return (entry) => version === undefined || entry.affects(version);
}

/** Most of the many records are never queried, so only their identifiers are parsed. */
function linesById(
  lines: ReadonlyMap<ProjectName, readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  const byId = new Map<string, string[]>();
  for (const ofProject of lines.values())
    for (const line of ofProject)
      for (const [, id] of line.matchAll(/"id":"(MAL-[^"\\]+)"/g)) {
        const known = byId.get(id!);
        if (known === undefined) byId.set(id!, [line]);
        else if (!known.includes(line)) known.push(line);
      }
  return byId;
}

function recordIn(lines: readonly string[], id: string): FeedRecord | undefined {
  const entries = lines.flatMap(entriesIn).filter((entry) => entry.id === id);
  const [first] = entries;
  if (first === undefined) return undefined;
  const affected = entries.map(({ project, versions, spans }) => ({ project, versions, spans }));
  return { id, summary: first.summary, modified: first.modified, affected };
}

function entriesIn(line: string): readonly FeedEntry[] {
  return (JSON.parse(line) as [string, FeedEntry[]])[1];
}

/** Groups the lines of a feed by the projects in them. */
export class IndexBuilder {
  readonly #lines = new Map<ProjectName, string[]>();
  readonly #digest = createHash('sha256');
  readonly #fixLines = new Map<ProjectName, string[]>();
  readonly #fixDigest = createHash('sha256');
  #count = 0;

  add(line: string, entries: readonly FeedEntry[]): void {
    this.#count += 1;
    this.#digest.update(line).update('\n');
    gather(this.#lines, line, entries);
  }

  addFix(line: string, fixes: readonly FixEntry[]): void {
    this.#fixDigest.update(line).update('\n');
    gather(this.#fixLines, line, fixes);
  }

  build(syncedAt: number): FeedIndex {
    const revision = shortened(this.#digest);
    const fixes = new SecurityFixes(shortened(this.#fixDigest), this.#fixLines);
    return new FeedIndex({ revision, syncedAt, records: this.#count }, this.#lines, fixes);
  }
}

/** Adds a line to each project in it. */
function gather(
  lines: Map<ProjectName, string[]>,
  line: string,
  entries: readonly { readonly project: ProjectName }[],
): void {
  for (const { project } of entries) {
    const known = lines.get(project);
    if (known === undefined) lines.set(project, [line]);
    else if (known.at(-1) !== line) known.push(line);
  }
}

/** A digest of all records, or of all fixes, which changes with any of them. */
export function feedRevision(records: Iterable<readonly unknown[]>): string {
  const digest = createHash('sha256');
  for (const record of records) digest.update(JSON.stringify(record)).update('\n');
  return shortened(digest);
}

function shortened(digest: Hash): string {
  return digest.digest('hex').slice(0, 12);
}

/** Builds the index of a feed. */
export function indexFeed(feed: {
  readonly records: ReadonlyMap<string, readonly FeedEntry[]>;
  readonly fixes?: ReadonlyMap<string, readonly FixEntry[]>;
  readonly syncedAt: number;
}): FeedIndex {
  const index = new IndexBuilder();
  for (const [id, entries] of feed.records) index.add(JSON.stringify([id, entries]), entries);
  for (const [id, fixes] of feed.fixes ?? []) index.addFix(JSON.stringify([id, [], fixes]), fixes);
  return index.build(feed.syncedAt);
}
