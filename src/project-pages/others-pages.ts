import type { ProjectName } from '../domain/project-name.js';
import { type Span, within } from '../domain/span.js';
import type { Meeting, Meetings } from '../fleet/meetings.js';
import type { HadPage, SharedPage } from '../fleet/shared-projects.js';
import { MemoryBudget } from '../runtime/memory-budget.js';
import type { Upstream } from '../upstream/upstream.js';
import type { Got, PageGetter } from './page-getter.js';
import type { PageReader } from './page-reader.js';

/** A page that memory or the disk has, or others. */
export interface KnownPage extends Got {
  /** Size of its derived data, in bytes. */
  readonly made: number;
  /** Milliseconds since 1970: when its upstream last said that it is current. */
  readonly checkedAt: number;
  /** The upstream is not queried during this period. */
  readonly fresh: Span;
  /** The reason why its upstream did not confirm it, if it did not. */
  readonly stale?: string | undefined;
}

/** The pages that are known of a project, in the order in which their upstreams are asked. */
export type KnownPages = Map<Upstream, KnownPage>;

/** Memory for one response, in bytes: a page and the known facts about its files. */
const ANSWER = 2 * 2 ** 20;
/** Memory for all responses in progress. */
const ANSWERS = 128 * 2 ** 20;

export interface OthersPagesParts {
  /** Undefined if others have no pages. */
  readonly meetings: Pick<Meetings, 'isNeeded' | 'begin'> | undefined;
  readonly getter: PageGetter;
  readonly reader: PageReader;
  /** How long a page is used without asking, in milliseconds. */
  readonly ttl: number;
  readonly now: () => number;
}

/** The others' knowledge of one project, during the requests to its upstreams. */
export interface Others {
  /** Receives the upstreams' responses. */
  readonly meeting: Meeting;
  /**
   * The others' page of an upstream, after all upstreams before it have reported that they lack the project. Before
   * that, it does not count, because others may have other upstreams, or another order.
   * @throws {Failure} overloaded
   */
  pageOf(upstream: Upstream): Promise<KnownPage | undefined>;
  /** The upstreams were asked. */
  end(): void;
}

/** The knowledge of others who share the cache about a project's pages, before its upstreams are queried. */
export class OthersPages {
  readonly #parts: OthersPagesParts;
  readonly #answers = new MemoryBudget(ANSWERS);

  constructor(parts: OthersPagesParts) {
    this.#parts = parts;
  }

  /**
   * Accepts the others' newer pages, of upstreams seen here and of the first upstream.
   * @param known the local pages; changed by it
   * @returns undefined if the others do not respond, or need not be queried
   * @throws {Failure} overloaded if their pages cannot be read at present
   */
  async meet(
    project: ProjectName,
    upstreams: readonly Upstream[],
    known: KnownPages,
  ): Promise<Others | undefined> {
    const { meetings, now } = this.#parts;
    const first = known.get(upstreams[0]!);
    const isFresh = first !== undefined && within(first.fresh, now());
    if (meetings?.isNeeded(project, isFresh) !== true) return undefined;
    const holding = this.#answers.enter(project);
    let later: ReadonlyMap<Upstream, SharedPage> = new Map();
    try {
      if (!(await hasRoom(holding.take(ANSWER)))) return undefined;
      const had = upstreams.map((upstream) => hadPage(upstream, known.get(upstream)));
      const meeting = await meetings.begin(project, had, isFresh);
      if (meeting === undefined) return undefined;
      later = await this.#takeOver(project, upstreams, known, meeting);
      return {
        meeting,
        pageOf: async (upstream) => {
          const page = later.get(upstream);
          return page && this.#read(upstream, project, page);
        },
        end: () => {
          meeting.end();
          holding.release();
        },
      };
    } finally {
      // Pages that are needed later stay in memory until then.
      if (later.size === 0) holding.release();
    }
  }

  /** @returns the pages that are not accepted yet */
  async #takeOver(
    project: ProjectName,
    upstreams: readonly Upstream[],
    known: KnownPages,
    meeting: Meeting,
  ): Promise<ReadonlyMap<Upstream, SharedPage>> {
    // It may have brought new digests of files.
    for (const [upstream, page] of known)
      known.set(upstream, { ...page, loaded: await this.#parts.reader.again(page.loaded) });
    const later = new Map<Upstream, SharedPage>();
    for (const page of meeting.pages) {
      const upstream = upstreams.find(({ name }) => name === page.upstream)!;
      const before = known.get(upstream);
      if (before === undefined && upstream !== upstreams[0]) {
        later.set(upstream, page);
        continue;
      }
      const taken = await this.#read(upstream, project, page, before);
      if (taken !== undefined) known.set(upstream, taken);
    }
    // In their order, independent of the order of arrival.
    for (const upstream of upstreams) {
      const page = known.get(upstream);
      if (page !== undefined && known.delete(upstream)) known.set(upstream, page);
    }
    return later;
  }

  /** @param before the local page, which may be the same */
  async #read(
    upstream: Upstream,
    project: ProjectName,
    { packed, checkedAt }: SharedPage,
    before?: KnownPage,
  ): Promise<KnownPage | undefined> {
    const { getter } = this.#parts;
    const got =
      packed === undefined ? before : await getter.takeOver(upstream, project, packed, checkedAt);
    return got && { made: 0, ...got, ...this.#from(checkedAt), stale: undefined };
  }

  /** Whose clock may be a little ahead. */
  #from(checkedAt: number) {
    const { now, ttl } = this.#parts;
    const from = Math.min(checkedAt, now());
    return { checkedAt: from, fresh: { from, until: from + ttl } };
  }
}

/** Without memory in time, the others are not queried. */
async function hasRoom(waiting: Promise<void> | undefined): Promise<boolean> {
  try {
    await waiting;
    return true;
  } catch {
    return false;
  }
}

/** As announced to others. */
export function hadPage({ name }: Upstream, page: KnownPage | undefined): HadPage {
  return {
    upstream: name,
    checkedAt: page?.checkedAt ?? 0,
    etag: page?.validators.etag,
  };
}
