import { LRUCache } from 'lru-cache';
import type { ProjectName } from '../domain/project-name.js';
import { packPage } from '../store/packed-page.js';
import type { PageToStore } from '../store/page-store.js';
import type { Stores } from './fleet.js';
import type { LearntKeeper } from './learnt-keeper.js';
import { nameOf } from './learnt-name.js';
import type { Learnt } from './news.js';
import type {
  FetchedPage,
  HadPage,
  MeetingAnswer,
  SharedPage,
  SharedProjects,
} from './shared-projects.js';

/** Maximum number of met projects; a forgotten one is queried again. */
const MAX_MET = 50_000;
/** Maximum number of records of one project that are returned to the others after they lost them. */
const MOST_GIVEN_BACK = 1_000;

export interface MeetingsParts {
  readonly shared: SharedProjects;
  readonly keeper: LearntKeeper;
  readonly stores: Pick<Stores, 'findings' | 'pins'>;
  /** Upstreams with pins, by name. */
  readonly pinning: readonly string[];
  /** How long a page is used without a query, in milliseconds. */
  readonly ttl: number;
  readonly now: () => number;
  /** There are new facts about a project. */
  readonly onLearnt: (project: ProjectName) => void;
  readonly onEvent: (event: MeetingEvent) => void;
}

export type MeetingEvent = {
  readonly kind: 'met';
  /** Whether the others had a newer page than this process, or whether they responded at all. */
  readonly result: 'hit' | 'miss' | 'failed';
};

/** The others' knowledge of a project's page, and the messages to them. */
export interface Meeting {
  readonly pages: readonly SharedPage[];
  /** An upstream returned a new page. */
  fetched(upstream: string, page: PageToStore): Promise<void>;
  /**
   * An upstream confirmed that the known page is current.
   * @param packed returns the page, if the others have lost it
   */
  unchanged(page: HadPage, packed: () => Promise<Uint8Array | undefined>): Promise<void>;
  /** An upstream no longer has the project. */
  gone(upstream: string): void;
  /** The queries of the upstreams have ended. No effect after one of the other calls. */
  end(): void;
}

/**
 * Queries the others' knowledge of a project before its first use here: since the process started, or since it may have
 * missed news. Afterwards the others announce their new facts, and only expired pages are queried. A current page in
 * memory needs no query.
 */
export class Meetings {
  readonly #parts: MeetingsParts;
  /** `changed`: there is a newer page than the met one. */
  #met = new LRUCache<ProjectName, 'whole' | 'changed'>({ max: MAX_MET });

  constructor(parts: MeetingsParts) {
    this.#parts = parts;
  }

  /** Whether a query is necessary. @param isFresh whether the page of the first upstream is current */
  isNeeded(project: ProjectName, isFresh: boolean): boolean {
    return !isFresh || this.#met.get(project) !== 'whole';
  }

  /** Another process has a new page. */
  pageChanged(project: ProjectName): void {
    if (this.#met.peek(project) !== undefined) this.#met.set(project, 'changed');
  }

  /** News may be lost. */
  missed(): void {
    // Meetings in progress at that time are void afterwards.
    this.#met = new LRUCache({ max: MAX_MET });
  }

  /** @param had for each upstream, in query order @returns undefined if there is no reply */
  async begin(
    project: ProjectName,
    had: readonly HadPage[],
    isFresh: boolean,
  ): Promise<Meeting | undefined> {
    const { shared, ttl, now, onEvent } = this.#parts;
    const met = this.#met;
    const before = met.get(project);
    // A change during the query is then noticed.
    met.set(project, 'whole');
    const facts = before === undefined;
    const freshFrom = isFresh ? 0 : now() - ttl;
    const answer = await shared.meet({ project, facts, had, freshFrom });
    if (answer === undefined) {
      if (facts) met.delete(project);
      else met.set(project, before);
      onEvent({ kind: 'met', result: 'failed' });
      return undefined;
    }
    const { pages } = answer;
    onEvent({ kind: 'met', result: pages.length > 0 ? 'hit' : 'miss' });
    if (answer.facts !== undefined) {
      await this.#take(project, answer.facts);
      if (answer.isWhole) void this.#giveBack(project, answer.facts);
    }
    return this.#meeting(project, answer);
  }

  async #take(project: ProjectName, told: readonly Learnt[]): Promise<void> {
    const news = await this.#parts.keeper.take(project, told);
    if (news.length > 0) this.#parts.onLearnt(project);
  }

  #meeting(project: ProjectName, { pages, same, turn }: MeetingAnswer): Meeting {
    const { shared } = this.#parts;
    let isOver = false;
    const end = (page?: FetchedPage) => shared.end(project, turn, page);
    return {
      pages,
      fetched: async (upstream, page) => {
        isOver = true;
        const { checkedAt, etag } = page;
        try {
          end({ upstream, checkedAt, etag, packed: await packPage(page) });
        } catch {
          // The page is served nevertheless.
          end();
        }
      },
      unchanged: async (page, packed) => {
        isOver = true;
        const isThere = same.includes(page.upstream);
        const given = isThere ? undefined : await packed().catch(() => undefined);
        end(isThere || given !== undefined ? { ...page, packed: given } : undefined);
      },
      gone: (upstream) => shared.gone(project, upstream),
      end: () => {
        if (!isOver) end();
        isOver = true;
      },
    };
  }

  /** The others may have lost facts that are stored here. */
  async #giveBack(project: ProjectName, told: readonly Learnt[]): Promise<void> {
    const { shared, stores, pinning } = this.#parts;
    const names = new Set(told.map(nameOf));
    const own: Learnt[] = [];
    try {
      for (const upstream of pinning)
        for (const seen of (await stores.pins.known(upstream, project)).values())
          if (seen !== 'unreadable')
            own.push({ kind: 'bytes', what: 'pins', upstream, project, seen });
      for (const inspection of (await stores.findings.known(project)).all())
        own.push({ kind: 'findings', project, inspection });
    } catch {
      // Unreadable facts are not shared.
    }
    const missing = own.filter((one) => !names.has(nameOf(one)));
    if (missing.length > 0) shared.giveBack(missing.slice(0, MOST_GIVEN_BACK));
  }
}
