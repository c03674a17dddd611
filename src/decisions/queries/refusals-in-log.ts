import { parseProjectName } from '../../domain/project-name.js';
import type { LogSearch } from '../log-search.js';
import {
  PAGE_SIZE,
  type RefusalFilter,
  type RefusalPage,
  type RefusalsAsked,
} from './decision-queries.js';
import { GroupGatherer } from './group-gatherer.js';
import { asRefusal, isAsked, ruleCounts, sorted } from './refusal-groups.js';

/**
 * A page of what was refused between two instants, or one user, out of the log itself: its groups are of that alone. One
 * search finds what several pages show; behind them the next goes on from where it ended.
 * @param now milliseconds since 1970
 */
export async function refusalsInLog(
  search: LogSearch,
  filter: RefusalFilter,
  { cursor, most = PAGE_SIZE, sort = 'newest', requests = 0 }: RefusalsAsked,
  now: number,
): Promise<Omit<RefusalPage, 'counted'>> {
  const { user, since } = filter;
  const begun = readCursor(cursor);
  // What comes while one reads is on no page that is turned to.
  const until = begun?.until ?? Math.min(filter.until ?? Number.POSITIVE_INFINITY, now + 1);
  const project = filter.project === undefined ? undefined : parseProjectName(filter.project);
  const gathered = new GroupGatherer(most, requests);
  const again = begun?.backTo;
  const query = { project, user, since: again ?? since, until, refused: true };
  const { backTo = again, gaps } = await search.back(query, gathered, again === undefined);
  const groups = gathered.groups.filter((group) => isAsked(group, filter));
  const ruled = groups.filter(({ rule }) => filter.rule === undefined || rule === filter.rule);
  const skip = begun?.skip ?? 0;
  const page = sorted(ruled, sort).slice(skip, skip + most);
  return {
    items: page.map(({ group }) => {
      const found = gathered.requestsOf(group);
      return found === undefined ? asRefusal(group) : { ...asRefusal(group), requests: found };
    }),
    next: nextOf({ until, backTo, skip: skip + most }, ruled.length),
    rules: ruleCounts(groups),
    searchedBackTo: backTo === undefined ? undefined : new Date(backTo).toISOString(),
    gaps,
  };
}

/** A page of what was found by a search of the log between two instants. */
interface Cursor {
  readonly until: number;
  /** Undefined where that is still to be searched. */
  readonly backTo: number | undefined;
  readonly skip: number;
}

/** @param count of the groups between the two */
function nextOf({ until, backTo, skip }: Cursor, count: number): string | undefined {
  if (skip < count) return writeCursor({ until, backTo, skip });
  return backTo === undefined
    ? undefined
    : writeCursor({ until: backTo, backTo: undefined, skip: 0 });
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
