import { parseProjectName } from '../../domain/project-name.js';
import type { LogSearch } from '../log-search.js';
import {
  PAGE_SIZE,
  type RefusalFilter,
  type RefusalPage,
  type RefusalsAsked,
} from './decision-queries.js';
import { GroupGatherer } from './group-gatherer.js';
import { noCursor } from './no-cursor.js';
import { asRefusal, isAsked, ruleCounts, sorted } from './refusal-groups.js';

const FOREVER = Number.POSITIVE_INFINITY;

/**
 * A page of the refusals in a period, or of one user, from the log: its groups contain only those. One search serves
 * several pages; afterwards the next one continues from its end.
 * @param now milliseconds since 1970
 * @throws {Failure} bad-request if the cursor is invalid
 */
export async function refusalsInLog(
  search: LogSearch,
  filter: RefusalFilter,
  { cursor, most = PAGE_SIZE, sort = 'newest', requests = 0 }: RefusalsAsked,
  now: number,
): Promise<Omit<RefusalPage, 'counted'>> {
  const { user, since } = filter;
  const begun = cursor === undefined ? undefined : readCursor(cursor);
  // New records do not appear on later pages. Cursors are untrusted, so a cursor cannot extend the filter.
  const until = Math.min(filter.until ?? FOREVER, now + 1, begun?.until ?? FOREVER);
  const project = filter.project === undefined ? undefined : parseProjectName(filter.project);
  const again = begun?.backTo === undefined ? undefined : Math.max(begun.backTo, since ?? 0);
  // Searched for an earlier page: up to the same point.
  const gathered = new GroupGatherer(again === undefined ? most : FOREVER, requests);
  const query = { project, user, since: again ?? since, until, refused: true };
  const { backTo = again, gaps } = await search.back(query, gathered);
  const groups = gathered.groups.filter((group) => isAsked(group, filter));
  const ruled = groups.filter(({ rule }) => filter.rule === undefined || rule === filter.rule);
  // It did not reach that point, and the order may differ: duplicates are better than omissions.
  const skip = begun === undefined || backTo !== again ? 0 : begun.skip;
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

/** A page of the results of a log search in a period. */
interface Cursor {
  readonly until: number;
  /** Undefined if the next part is not searched yet. */
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

function readCursor(text: string): Cursor {
  const [, until, backTo, skip] = /^(\d{1,15})\.(\d{0,15})\.(\d{1,6})$/.exec(text) ?? [];
  if (until === undefined) throw noCursor();
  return {
    until: Number(until),
    backTo: backTo === '' ? undefined : Number(backTo),
    skip: Number(skip),
  };
}
