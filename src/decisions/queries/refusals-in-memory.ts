import { parseDecisionId } from '../decision-id.js';
import { keyOf } from '../rollups/refused-groups.js';
import type { Rollups } from '../rollups/rollups.js';
import {
  PAGE_SIZE,
  type RefusalFilter,
  type RefusalPage,
  type RefusalSort,
  type RefusalsAsked,
} from './decision-queries.js';
import { noCursor } from './no-cursor.js';
import {
  asRefusal,
  idOfGroup,
  isAsked,
  type RankedBy,
  ruleCounts,
  sorted,
} from './refusal-groups.js';
import { requestsOfGroups } from './requests.js';

/** A page of all refusals, from the roll-ups. @throws {Failure} bad-request if the cursor is invalid */
export function refusalsInMemory(
  rollups: Rollups,
  filter: RefusalFilter,
  { cursor, most = PAGE_SIZE, sort = 'newest', requests = 0 }: RefusalsAsked,
): Omit<RefusalPage, 'counted'> {
  const groups = rollups.groups.all().filter((group) => isAsked(group, filter));
  const ruled = groups.filter(({ rule }) => filter.rule === undefined || rule === filter.rule);
  const all = sorted(ruled, sort);
  const begin = cursor === undefined ? 0 : all.findIndex(isBehind(cursor));
  const page = begin === -1 ? [] : all.slice(begin, begin + most);
  const last = begin !== -1 && begin + most < all.length ? page.at(-1) : undefined;
  const shown = page.map(({ group }) => group);
  const found = requestsOfGroups(rollups.newest, shown, requests);
  return {
    items: shown.map((group) =>
      requests === 0
        ? asRefusal(group)
        : { ...asRefusal(group), requests: found.get(keyOf(group)) ?? [] },
    ),
    next: last && cursorOf(last, sort),
    rules: ruleCounts(groups),
    gaps: [],
  };
}

/** Groups with newer requests are on an earlier page. */
function isBehind(cursor: string): (ranked: RankedBy) => boolean {
  const [, before = '0', id = ''] = /^(?:(\d{1,15})\.)?(.*)$/s.exec(cursor) ?? [];
  const rank = Number(before);
  const named = parseDecisionId(id);
  if (named === undefined) throw noCursor();
  const time = Date.parse(named.time);
  return ({ group, rank: own }) => {
    if (own !== rank) return own < rank;
    return group.last === time ? idOfGroup(group) < id : group.last < time;
  };
}

function cursorOf({ group, rank }: RankedBy, sort: RefusalSort): string {
  const id = idOfGroup(group);
  return sort === 'newest' ? id : `${rank}.${id}`;
}
