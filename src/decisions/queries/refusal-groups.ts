import { idOf } from '../decision-id.js';
import { normal } from '../query.js';
import type { RefusedGroup } from '../rollups/refused-groups.js';
import { countDistinct } from '../rollups/sketch.js';
import type { ByRule, RefusalFilter, RefusalGroup } from './decision-queries.js';

export function asRefusal(group: RefusedGroup): RefusalGroup {
  const { project, version, filename, rule, sha256, reason, users, others } = group;
  return {
    id: idOf(group.last, group.lastHash),
    project,
    version,
    filename,
    rule,
    sha256,
    reason,
    refused: group.enforce,
    wouldHave: group.dryRun,
    warned: group.warn,
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

/** How many requests each rule spoke on. */
export function ruleCounts(groups: readonly RefusedGroup[]): ByRule {
  const counts: Record<string, number> = {};
  for (const { rule = '', enforce, dryRun, warn } of groups)
    counts[rule] = (counts[rule] ?? 0) + enforce + dryRun + warn;
  return counts;
}

/** The newest first; of one instant in the order of their names, so that a page goes on where the one before ended. */
export function byNewest(a: RefusedGroup, b: RefusedGroup): number {
  return b.last - a.last || b.lastHash - a.lastHash || (a.filename < b.filename ? -1 : 1);
}
