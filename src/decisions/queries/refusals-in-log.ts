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
 * A page of what was refused between two instants, or one user, out of the log itself: its groups are of that alone. One
 * search finds what several pages show; behind them the next goes on from where it ended.
 * @param now milliseconds since 1970
 * @throws {Failure} bad-request where the cursor is none
 */
export async function refusalsInLog(
  search: LogSearch,
  filter: RefusalFilter,
  { cursor, most = PAGE_SIZE, sort = 'newest', requests = 0 }: RefusalsAsked,
  now: number,
): Promise<Omit<RefusalPage, 'counted'>> {
  const { user, since } = filter;
  const begun = cursor === undefined ? undefined : readCursor(cursor);
  // What comes while one reads is on no page that is turned to. Anybody can write a cursor: it asks for no more than the
  // filter does.
  const until = Math.min(filter.until ?? FOREVER, now + 1, begun?.until ?? FOREVER);
  const project = filter.project === undefined ? undefined : parseProjectName(filter.project);
  const again = begun?.backTo === undefined ? undefined : Math.max(begun.backTo, since ?? 0);
  // Searched for a page before: as far as then.
  const gathered = new GroupGatherer(again === undefined ? most : FOREVER, requests);
  const query = { project, user, since: again ?? since, until, refused: true };
  const { backTo = again, gaps } = await search.back(query, gathered);
  const groups = gathered.groups.filter((group) => isAsked(group, filter));
  const ruled = groups.filter(({ rule }) => filter.rule === undefined || rule === filter.rule);
  // It did not come as far as then, and the order may be another: rather some again than some not at all.
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

function readCursor(text: string): Cursor {
  const [, until, backTo, skip] = /^(\d{1,15})\.(\d{0,15})\.(\d{1,6})$/.exec(text) ?? [];
  if (until === undefined) throw noCursor();
  return {
    until: Number(until),
    backTo: backTo === '' ? undefined : Number(backTo),
    skip: Number(skip),
  };
}
