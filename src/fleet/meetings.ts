import { LRUCache } from 'lru-cache';
import type { ProjectName } from '../domain/project-name.js';
import { packPage } from '../store/packed-page.js';
import type { PageToStore } from '../store/page-store.js';
import type { Stores } from './fleet.js';
import type { LearntKeeper } from './learnt-keeper.js';
import type { Learnt } from './news.js';
import type {
  FetchedPage,
  HadPage,
  MeetingAnswer,
  SharedPage,
  SharedProjects,
} from './shared-projects.js';

/** Projects that are known to be met; of one that is forgotten the others are asked again. */
const MAX_MET = 50_000;
/** What the others have forgotten of one project is given back to them up to so many records. */
const MOST_GIVEN_BACK = 1_000;

export interface MeetingsParts {
  readonly shared: SharedProjects;
  readonly keeper: LearntKeeper;
  readonly stores: Pick<Stores, 'findings' | 'pins'>;
  /** Upstreams whose pins are kept, by name. */
  readonly pinning: readonly string[];
  /** How long a page is used without asking, in milliseconds. */
  readonly ttl: number;
  readonly now: () => number;
  /** More is known of a project than before. */
  readonly onLearnt: (project: ProjectName) => void;
  readonly onEvent: (event: MeetingEvent) => void;
}

export type MeetingEvent = {
  readonly kind: 'met';
  /** Whether they had a newer page than this process, if they answered. */
  readonly result: 'hit' | 'miss' | 'failed';
};

/** What the others know of a project's page, and what they are told of it. */
export interface Meeting {
  readonly pages: readonly SharedPage[];
  /** An upstream gave another page than was had. */
  fetched(upstream: string, page: PageToStore): Promise<void>;
  /**
   * An upstream says that the page that is had is current.
   * @param packed gives it, where the others have lost it
   */
  unchanged(page: HadPage, packed: () => Promise<Uint8Array | undefined>): Promise<void>;
  /** An upstream has no such project any more. */
  gone(upstream: string): void;
  /** The upstreams were asked. Calling it after the others does nothing. */
  end(): void;
}

/**
 * Asks what the others know of a project, before it is used here for the first time: since this process began, or since it
 * may have missed news. After that they tell of what they learn, and only pages are asked for, once theirs is older
 * than it may be. What is current in memory asks nothing.
 */
export class Meetings {
  readonly #parts: MeetingsParts;
  /** `changed`: there is another page than the one that was met. */
  #met = new LRUCache<ProjectName, 'whole' | 'changed'>({ max: MAX_MET });

  constructor(parts: MeetingsParts) {
    this.#parts = parts;
  }

  /** Whether there is anything to be asked. @param isFresh whether the upstream that is asked first need not be */
  isNeeded(project: ProjectName, isFresh: boolean): boolean {
    return !isFresh || this.#met.get(project) !== 'whole';
  }

  /** Somebody else has another page. */
  pageChanged(project: ProjectName): void {
    if (this.#met.peek(project) !== undefined) this.#met.set(project, 'changed');
  }

  /** Some news may be lost. */
  missed(): void {
    // What is under way when it happens counts for nothing afterwards.
    this.#met = new LRUCache({ max: MAX_MET });
  }

  /**
   * @param had of each upstream, in the order in which they are asked
   * @returns undefined where nobody answers
   */
  async begin(
    project: ProjectName,
    had: readonly HadPage[],
    isFresh: boolean,
  ): Promise<Meeting | undefined> {
    const { shared, ttl, now, onEvent } = this.#parts;
    const met = this.#met;
    const before = met.get(project);
    // Whoever changes it meanwhile is heard.
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
          // It is served all the same.
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

  /** The others may have lost what they knew: what lies here is theirs, too. */
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
      // What cannot be read is nobody's.
    }
    const missing = own.filter((one) => !names.has(nameOf(one)));
    if (missing.length > 0) shared.giveBack(missing.slice(0, MOST_GIVEN_BACK));
  }
}

/** By which one record of a project is told from another. */
function nameOf(learnt: Learnt): string {
  if (learnt.kind === 'findings')
    return `findings ${learnt.inspection.sha256} ${learnt.inspection.filename}`;
  if (learnt.kind === 'bytes') return `${learnt.what} ${learnt.upstream} ${learnt.seen.filename}`;
  return learnt.kind;
}
