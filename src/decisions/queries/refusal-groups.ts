import { idOf } from '../decision-id.js';
import { normal } from '../query.js';
import type { RefusedGroup } from '../rollups/refused-groups.js';
import { countDistinct } from '../rollups/sketch.js';
import type { ByRule, RefusalFilter, RefusalGroup, RefusalSort } from './decision-queries.js';

/** The name of the newest of its requests. */
export function idOfGroup({ last, lastHash }: RefusedGroup): string {
  return idOf(last, lastHash);
}

export function asRefusal(group: RefusedGroup): RefusalGroup {
  const { project, version, filename, rule, sha256, reason, users, others } = group;
  return {
    id: idOfGroup(group),
    project,
    version,
    filename,
    rule,
    sha256,
    reason,
    refused: group.enforce,
    wouldHave: group.dryRun,
    warned: group.warn,
    ahead: group.ahead,
    first: new Date(group.first).toISOString(),
    last: new Date(group.last).toISOString(),
    users: [...users],
    moreUsers: countDistinct(others),
  };
}

/** Whether a group is asked for, by all but its rule, its users and its times. */
export function isAsked(group: RefusedGroup, { project, verdict, text }: RefusalFilter): boolean {
  if (project !== undefined && normal(group.project) !== project) return false;
  if (verdict === 'block' && group.enforce === 0) return false;
  if (verdict === 'warn' && group.warn === 0) return false;
  if (verdict === 'dry-run' && group.dryRun === 0) return false;
  if (text === undefined || text === '') return true;
  const { version = '', filename, rule = '', reason = '' } = group;
  const all = [group.project, version, filename, rule, reason].join('\n').toLowerCase();
  return all.includes(text.toLowerCase());
}

/** The number of requests per rule. */
export function ruleCounts(groups: readonly RefusedGroup[]): ByRule {
  const counts: Record<string, number> = {};
  for (const { rule = '', enforce, dryRun, warn } of groups)
    counts[rule] = (counts[rule] ?? 0) + enforce + dryRun + warn;
  return counts;
}

/**
 * Groups in the requested order. Ties are in the order of the newest, so a page continues where the previous one ended.
 */
export function sorted(groups: readonly RefusedGroup[], sort: RefusalSort): RankedBy[] {
  return groups
    .map((group) => ({ group, rank: rankOf(group, sort) }))
    .sort((a, b) => b.rank - a.rank || byNewest(a.group, b.group));
}

/** A group with its sort key; 0 for all when sorted by time. */
export interface RankedBy {
  readonly group: RefusedGroup;
  readonly rank: number;
}

function rankOf({ enforce, dryRun, warn, users, others }: RefusedGroup, sort: RefusalSort): number {
  if (sort === 'most') return enforce + dryRun + warn;
  return sort === 'users' ? users.length + countDistinct(others) : 0;
}

/** The newest first; of one instant in the order of their names. */
function byNewest(a: RefusedGroup, b: RefusedGroup): number {
  return b.last - a.last || b.lastHash - a.lastHash || (a.filename < b.filename ? -1 : 1);
}
