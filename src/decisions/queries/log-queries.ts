import { Failure } from '../../domain/failure.js';
import type { Linked } from '../../domain/short-id.js';
import { withDeadline } from '../../runtime/deadline.js';
import { decisionId, parseDecisionId } from '../decision-id.js';
import type { Missing } from '../fleet-reader.js';
import type { LogSearch } from '../log-search.js';
import type { UsedProject } from '../rollups/project-users.js';
import type { RollupKeeper } from '../rollups/rollup-keeper.js';
import type {
  DecisionQueries,
  FileHistory,
  HistoryAsked,
  NamedDecision,
  Overview,
  OverviewRange,
  RefusalFilter,
  RefusalPage,
  RefusalsAsked,
  RequestFilter,
  RequestPage,
} from './decision-queries.js';
import { PAGE_SIZE } from './decision-queries.js';
import { historyInLog } from './file-history.js';
import { LinkedFiles } from './linked-files.js';
import { type OverviewAsked, overviewOf } from './overview.js';
import { refusalsInLog } from './refusals-in-log.js';
import { refusalsInMemory } from './refusals-in-memory.js';
import { namedDecision, requestsInLog, requestsInMemory } from './requests.js';

export interface LogQueriesParts {
  readonly search: LogSearch;
  readonly keeper: Pick<RollupKeeper, 'rollups' | 'progress' | 'counted'>;
  /** Decisions of other replicas that are in no count. */
  readonly missed?: (() => readonly Missing[]) | undefined;
  readonly now: () => number;
  readonly isSettled: OverviewAsked['isSettled'];
}

/** Maximum wait for the counts after a start, in milliseconds. */
const PATIENCE = 3_000;

/** Answers from the roll-ups of a log, and otherwise from its files. */
export class LogQueries implements DecisionQueries {
  readonly #parts: LogQueriesParts;
  readonly #linked = new LinkedFiles();

  constructor(parts: LogQueriesParts) {
    this.#parts = parts;
  }

  async overview(range: OverviewRange, user?: string): Promise<Overview> {
    const { keeper, missed, now, isSettled } = this.#parts;
    const asked = {
      now: now(),
      counted: keeper.progress,
      missed: missed?.() ?? [],
      isSettled,
      user,
    };
    return overviewOf(keeper.rollups, range, asked);
  }

  async refusals(filter: RefusalFilter, asked: RefusalsAsked = {}): Promise<RefusalPage> {
    const { search, keeper, now } = this.#parts;
    const { user, since, until } = filter;
    const { progress: counted, rollups } = keeper;
    // The roll-ups do not contain the time at which each user was in a group.
    const isOfLog = user !== undefined || since !== undefined || until !== undefined;
    return {
      ...(isOfLog
        ? await refusalsInLog(search, filter, asked, now())
        : refusalsInMemory(rollups, filter, asked)),
      counted,
    };
  }

  async requests(
    filter: RequestFilter,
    cursor?: string,
    most: number = PAGE_SIZE,
  ): Promise<RequestPage> {
    const { search, keeper } = this.#parts;
    const isFirst = cursor === undefined && filter.refused === true;
    const page = isFirst ? requestsInMemory(keeper.rollups.newest, filter, most) : undefined;
    return page ?? requestsInLog(search, filter, cursor, most);
  }

  async decision(id: string): Promise<NamedDecision | undefined> {
    const named = parseDecisionId(id);
    if (named === undefined) return undefined;
    const { search, keeper } = this.#parts;
    for (const line of keeper.rollups.newest.newest()) {
      if (!line.includes(named.time)) continue;
      const found = namedDecision(line);
      if (found?.id === id) return found;
    }
    let found: NamedDecision | undefined;
    await search.back(
      { time: named.time },
      {
        take: (decision) => {
          if (decisionId(decision) === id) found = { id, decision };
          return found !== undefined;
        },
      },
    );
    return found;
  }

  history(asked: HistoryAsked): Promise<FileHistory> {
    return historyInLog(this.#parts.search, asked);
  }

  async usedProjects(): Promise<readonly UsedProject[]> {
    const { keeper } = this.#parts;
    await keeper.counted();
    return keeper.rollups.users.inUse();
  }

  async refusedFiles(shortId: string): Promise<readonly Linked[]> {
    const { keeper } = this.#parts;
    const found = this.#linked.find(shortId, keeper.rollups.groups.all());
    if (found.length > 0 || keeper.progress.kind !== 'counting') return found;
    // Nothing is known as long as not all is counted: commonly that takes no time.
    await withDeadline(PATIENCE, keeper.counted()).catch(() => {
      throw new Failure('overloaded', 'The decision log is still being counted after a restart.', {
        retryAfter: PATIENCE,
      });
    });
    return this.#linked.find(shortId, keeper.rollups.groups.all());
  }
}
