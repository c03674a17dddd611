import { decisionId, isNamed, parseDecisionId } from '../decision-id.js';
import { FileDecisionReader } from '../file-reader.js';
import { type DecisionRecord, readRecord } from '../record.js';
import type { RollupKeeper } from '../rollups/rollup-keeper.js';
import {
  type DecisionQueries,
  type NamedDecision,
  type Overview,
  type OverviewRange,
  PAGE_SIZE,
  type RefusalFilter,
  type RefusalPage,
} from './decision-queries.js';
import { type OverviewAsked, overviewOf } from './overview.js';
import { asRefusal, byNewest, isAsked, ruleCounts } from './refusal-groups.js';
import { type SearchBounds, searchBack } from './search-back.js';

export interface LogQueriesParts {
  /** The log's file. */
  readonly file: string;
  readonly keeper: Pick<RollupKeeper, 'rollups' | 'progress'>;
  readonly now: () => number;
  readonly isWaived: OverviewAsked['isWaived'];
  /** How far one answer reads the log. */
  readonly bounds?: Pick<SearchBounds, 'bytes' | 'time'>;
}

/** So many searches of the log go on at a time; who comes later waits. */
const MOST_SEARCHES = 4;

/** Answers from the roll-ups of a log, and from its files what they do not tell. */
export class LogQueries implements DecisionQueries {
  readonly #parts: LogQueriesParts;
  #searching = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(parts: LogQueriesParts) {
    this.#parts = parts;
  }

  async overview(range: OverviewRange): Promise<Overview> {
    const { keeper, now, isWaived } = this.#parts;
    const asked = { now: now(), counted: keeper.progress, isWaived };
    return overviewOf(keeper.rollups, range, asked);
  }

  refusals(filter: RefusalFilter, cursor?: string, most = PAGE_SIZE): Promise<RefusalPage> {
    const { user, since, until } = filter;
    // The roll-ups do not tell when within a group's time which user met it.
    const isOfLog = user !== undefined || since !== undefined || until !== undefined;
    return isOfLog
      ? this.#inTurn(() => this.#fromLog(filter, cursor, most))
      : this.#fromRollups(filter, cursor, most);
  }

  async #fromRollups(
    filter: RefusalFilter,
    cursor: string | undefined,
    most: number,
  ): Promise<RefusalPage> {
    const { rollups, progress } = this.#parts.keeper;
    const groups = rollups.groups.all().filter((group) => isAsked(group, filter));
    const ruled = groups.filter(({ rule }) => filter.rule === undefined || rule === filter.rule);
    const sorted = ruled.sort(byNewest).map(asRefusal);
    // By the time: groups that were met again since stand on an earlier page.
    const begin = cursor === undefined ? 0 : sorted.findIndex(({ id }) => id < cursor);
    const items = begin === -1 ? [] : sorted.slice(begin, begin + most);
    const more = begin !== -1 && begin + most < sorted.length;
    const next = more ? items.at(-1)?.id : undefined;
    return { items, next, rules: ruleCounts(groups), gaps: [], counted: progress };
  }

  async #fromLog(
    filter: RefusalFilter,
    cursor: string | undefined,
    most: number,
  ): Promise<RefusalPage> {
    const { file, keeper, now, bounds } = this.#parts;
    const begun = readCursor(cursor);
    const until = begun?.until ?? Math.min(filter.until ?? Number.POSITIVE_INFINITY, now() + 1);
    const window = { ...filter, until, since: begun?.backTo ?? filter.since };
    const found = await searchBack(file, window, {
      ...bounds,
      enough: most,
      backTo: begun?.backTo,
    });
    const groups = found.groups.filter((group) => isAsked(group, filter));
    const ruled = groups.filter(({ rule }) => filter.rule === undefined || rule === filter.rule);
    const skip = begun?.skip ?? 0;
    const items = [...ruled].sort(byNewest).slice(skip, skip + most);
    const { backTo, gaps } = found;
    const isMore = skip + most < ruled.length;
    const next = isMore
      ? writeCursor({ until, backTo, skip: skip + most })
      : backTo === undefined || backTo <= (filter.since ?? -1)
        ? undefined
        : writeCursor({ until: backTo, backTo: undefined, skip: 0 });
    return {
      items: items.map(asRefusal),
      next,
      rules: ruleCounts(groups),
      searchedBackTo: backTo === undefined ? undefined : new Date(backTo).toISOString(),
      gaps,
      counted: keeper.progress,
    };
  }

  async decision(id: string): Promise<NamedDecision | undefined> {
    const named = parseDecisionId(id);
    if (named === undefined) return undefined;
    for (const line of this.#parts.keeper.rollups.newest.newest()) {
      if (!line.includes(named.time) || !isNamed(line, named)) continue;
      const decision = readRecord(line);
      if (decision !== undefined && decision !== 'event' && decision.time === named.time)
        return { id, decision };
    }
    return this.#inTurn(() => this.#decisionInLog(id, named.time));
  }

  async #decisionInLog(id: string, time: string): Promise<NamedDecision | undefined> {
    const search = await new FileDecisionReader(this.#parts.file).search({ time });
    for await (const decision of search.records())
      if (nameOf(decision) === id) return { id, decision };
    return undefined;
  }

  async #inTurn<T>(search: () => Promise<T>): Promise<T> {
    if (this.#searching >= MOST_SEARCHES)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#searching += 1;
    try {
      return await search();
    } finally {
      const next = this.#waiting.shift();
      // Who waits takes the place over.
      if (next === undefined) this.#searching -= 1;
      else next();
    }
  }
}

/** A record that was read says what its line does. */
function nameOf(decision: DecisionRecord): string {
  return decisionId(decision.time, JSON.stringify(decision));
}

/** A page of what was found by a search of the log between two instants. */
interface Cursor {
  readonly until: number;
  /** Undefined where that is still to be searched. */
  readonly backTo: number | undefined;
  readonly skip: number;
}

function writeCursor({ until, backTo, skip }: Cursor): string {
  return `${until}.${backTo ?? ''}.${skip}`;
}

function readCursor(text: string | undefined): Cursor | undefined {
  const [, until, backTo, skip] = /^(\d{1,15})\.(\d{0,15})\.(\d{1,6})$/.exec(text ?? '') ?? [];
  if (until === undefined) return undefined;
  return {
    until: Number(until),
    backTo: backTo === '' ? undefined : Number(backTo),
    skip: Number(skip),
  };
}
