import { createHash, type Hash } from 'node:crypto';
import type { FeedHit, MalwareFeed } from '../domain/malware-feed.js';
import type { ProjectName } from '../domain/project-name.js';
import { type Affects, affects } from './affects.js';
import type { FeedEntry } from './osv-record.js';

interface Entry {
  readonly hit: FeedHit;
  readonly affects: Affects;
}

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
  #last: { readonly project: ProjectName; readonly entries: readonly Entry[] } | undefined;

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
      (candidate) => version === undefined || candidate.affects(version),
    );
    return entry?.hit;
  }

  #entriesOf(project: ProjectName, lines: readonly string[]): readonly Entry[] {
    if (this.#last?.project === project) return this.#last.entries;
    const entries = lines
      .flatMap((line) => (JSON.parse(line) as [string, FeedEntry[]])[1])
      .filter((entry) => entry.project === project)
      .map((entry) => ({
        hit: { id: entry.id, summary: entry.summary },
        affects: affects(entry),
      }));
    this.#last = { project, entries };
    return entries;
  }
}

/** Gathers the lines of a feed under the projects that they name. */
export class IndexBuilder {
  readonly #lines = new Map<ProjectName, string[]>();
  readonly #digest = createHash('sha256');
  #count = 0;

  add(line: string, entries: readonly FeedEntry[]): void {
    this.#count += 1;
    this.#digest.update(line).update('\n');
    for (const { project } of entries) {
      const known = this.#lines.get(project);
      if (known === undefined) this.#lines.set(project, [line]);
      else if (known.at(-1) !== line) known.push(line);
    }
  }

  build(syncedAt: number): FeedIndex {
    const revision = shortened(this.#digest);
    return new FeedIndex({ revision, syncedAt, records: this.#count }, this.#lines);
  }
}

/** A text for the content of all records: another one where any of them is another. */
export function feedRevision(records: ReadonlyMap<string, readonly FeedEntry[]>): string {
  const digest = createHash('sha256');
  for (const record of records) digest.update(JSON.stringify(record)).update('\n');
  return shortened(digest);
}

function shortened(digest: Hash): string {
  return digest.digest('hex').slice(0, 12);
}

/** Makes a feed ready to be asked. */
export function indexFeed(feed: {
  readonly records: ReadonlyMap<string, readonly FeedEntry[]>;
  readonly syncedAt: number;
}): FeedIndex {
  const index = new IndexBuilder();
  for (const [id, entries] of feed.records) index.add(JSON.stringify([id, entries]), entries);
  return index.build(feed.syncedAt);
}
