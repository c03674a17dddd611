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
  /** Bytes of what was made of it. */
  readonly made: number;
  /** Milliseconds since 1970: when its upstream last said that it is current. */
  readonly checkedAt: number;
  /** While it lasts nobody is asked. */
  readonly fresh: Span;
  /** Why its upstream did not say whether it is current, where it did not. */
  readonly stale?: string | undefined;
}

/** The pages that are known of a project, in the order in which their upstreams are asked. */
export type KnownPages = Map<Upstream, KnownPage>;

/** What one answer takes in memory, in bytes: a page and what is known of its files. */
const ANSWER = 2 * 2 ** 20;
/** What all of them together do that are under way. */
const ANSWERS = 128 * 2 ** 20;

export interface OthersPagesParts {
  /** Undefined where nobody else has pages. */
  readonly meetings: Pick<Meetings, 'isNeeded' | 'begin'> | undefined;
  readonly getter: PageGetter;
  readonly reader: PageReader;
  /** How long a page is used without asking, in milliseconds. */
  readonly ttl: number;
  readonly now: () => number;
}

/** What others know of one project, while its upstreams are asked. */
export interface Others {
  /** Told what the upstreams say. */
  readonly meeting: Meeting;
  /**
   * What they have of an upstream whose turn it is: those before it have said that they do not have the project. Until then
   * it counts for nothing, for others may have been told of other upstreams, and of another order.
   * @throws {Failure} overloaded
   */
  pageOf(upstream: Upstream): Promise<KnownPage | undefined>;
  /** The upstreams were asked. */
  end(): void;
}

/** What others who serve the same cache know of a project's pages, before its upstreams are asked. */
export class OthersPages {
  readonly #parts: OthersPagesParts;
  readonly #answers = new MemoryBudget(ANSWERS);

  constructor(parts: OthersPagesParts) {
    this.#parts = parts;
  }

  /**
   * Takes over what others have that is newer of what is seen here, and of the upstream that is asked first.
   * @param known what is here; changed by it
   * @returns undefined where nobody answers, or need be asked
   * @throws {Failure} overloaded where what they have cannot be read just now
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
      // What waits for its turn stays in memory until then.
      if (later.size === 0) holding.release();
    }
  }

  /** @returns what is not taken over yet */
  async #takeOver(
    project: ProjectName,
    upstreams: readonly Upstream[],
    known: KnownPages,
    meeting: Meeting,
  ): Promise<ReadonlyMap<Upstream, SharedPage>> {
    // Which bytes files have may have been learnt with it.
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
    // In their order, whichever was known first.
    for (const upstream of upstreams) {
      const page = known.get(upstream);
      if (page !== undefined && known.delete(upstream)) known.set(upstream, page);
    }
    return later;
  }

  /** @param before what is here of it, which may be what they have */
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

/** Where there is none in time, nobody is asked. */
async function hasRoom(waiting: Promise<void> | undefined): Promise<boolean> {
  try {
    await waiting;
    return true;
  } catch {
    return false;
  }
}

/** As others are told of it. */
export function hadPage({ name }: Upstream, page: KnownPage | undefined): HadPage {
  return {
    upstream: name,
    checkedAt: page?.checkedAt ?? 0,
    etag: page?.validators.etag,
  };
}
