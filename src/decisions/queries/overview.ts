import { ACCUSING, type RuleId } from '../../domain/rules.js';
import type { Missing } from '../fleet-reader.js';
import { isAhead } from '../record.js';
import { DAY, HOUR, type Periods } from '../rollups/periods.js';
import { countRecent } from '../rollups/recent-counts.js';
import { keyOf, type RefusedGroup } from '../rollups/refused-groups.js';
import type { RollupProgress } from '../rollups/rollup-keeper.js';
import type { Rollups } from '../rollups/rollups.js';
import { COUNTED_RULES, KINDS, placeOf, SLOTS, VERDICTS } from '../rollups/slots.js';
import type {
  Bar,
  ByRule,
  NamedDecision,
  Overview,
  OverviewRange,
  RankedGroup,
  RefusalGroup,
  Totals,
} from './decision-queries.js';
import { asRefusal } from './refusal-groups.js';
import { namedDecision } from './requests.js';

/** How many bars a range has, and of how many hours each is. */
const BARS: Readonly<Record<OverviewRange, { readonly count: number; readonly hours: number }>> = {
  '24h': { count: 24, hours: 1 },
  '7d': { count: 28, hours: 6 },
  '30d': { count: 30, hours: 24 },
};
const MOST = 10;
const MOST_UNRESOLVED = 50;

/** The parts of a group that waivers and denials match. */
export type SettledGroup = Pick<RefusalGroup, 'project' | 'version' | 'rule' | 'sha256'>;

/** Options of an overview, in addition to the range. */
export interface OverviewAsked {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly counted: RollupProgress;
  /** Decisions of other replicas that are in no count. */
  readonly missed: readonly Missing[];
  /** Whether a group is settled: its file is now waived or denied. */
  readonly isSettled: (group: SettledGroup) => boolean;
  /** Includes only this user's individual requests; undefined for all. */
  readonly user?: string | undefined;
}

export function overviewOf(
  rollups: Rollups,
  range: OverviewRange,
  { now, counted, missed, isSettled, user }: OverviewAsked,
): Overview {
  const { count, hours } = BARS[range];
  const step = hours * HOUR;
  const first = (Math.floor(now / step) - count + 1) * step;
  const sums = Array.from({ length: count }, (_, bar) =>
    sumOf(rollups.hours, (first + bar * step) / HOUR, hours),
  );
  const groups = rollups.groups.all();
  const today = Math.floor(now / DAY) * DAY;
  return {
    range,
    from: new Date(first).toISOString(),
    to: new Date(now).toISOString(),
    counted,
    missing: missed.filter(({ to }) => to === undefined || Date.parse(to) >= first),
    step,
    bars: sums.map((sum, bar) => barOf(sum, first + bar * step)),
    totals: totalsOf(added(sums)),
    groups: mostMet(groups, first),
    newest: newestOf(rollups, MOST, user),
    unresolved: unresolvedOf(groups, now - DAY, isSettled).map(asRefusal),
    projects: rollups.projects
      .since(today)
      .map(({ project, first: at }) => ({ project, first: new Date(at).toISOString() })),
  };
}

/** @param first start of the range, in milliseconds since 1970 */
function mostMet(groups: readonly RefusedGroup[], first: number): RankedGroup[] {
  const ranked: { group: RefusedGroup; inRange: number }[] = [];
  for (const group of groups) {
    const least = ranked.length === MOST ? ranked.at(-1)!.inRange : 0;
    // No more than there were at all, which is known without counting.
    if (group.last < first || group.enforce + group.dryRun + group.warn <= least) continue;
    const inRange = countRecent(group.recent, first / HOUR);
    if (inRange <= least) continue;
    const at = ranked.findIndex((other) => other.inRange < inRange);
    ranked.splice(at === -1 ? ranked.length : at, 0, { group, inRange });
    if (ranked.length > MOST) ranked.pop();
  }
  return ranked.map(({ group, inRange }) => ({ ...asRefusal(group), inRange }));
}

/** Newest first. @param since milliseconds since 1970 */
function unresolvedOf(
  groups: readonly RefusedGroup[],
  since: number,
  isSettled: OverviewAsked['isSettled'],
): RefusedGroup[] {
  const unresolved: RefusedGroup[] = [];
  // A policy has many waivers: no more are asked about than are shown.
  for (let at = groups.length - 1; at >= 0 && unresolved.length < MOST_UNRESOLVED; at -= 1) {
    const group = groups[at]!;
    const isNew = group.enforce > 0 && group.last >= since;
    if (isNew && !ACCUSING.has(group.rule as RuleId) && !isSettled(group)) unresolved.push(group);
  }
  return unresolved;
}

/** @param from the number of the first hour */
function sumOf(hours: Periods, from: number, count: number): Float64Array {
  const sum = new Float64Array(SLOTS.length);
  for (let number = from; number < from + count; number += 1) {
    const counts = hours.of(number);
    if (counts !== undefined) add(sum, counts);
  }
  return sum;
}

function added(sums: readonly Float64Array[]): Float64Array {
  const total = new Float64Array(SLOTS.length);
  for (const sum of sums) add(total, sum);
  return total;
}

function add(sum: Float64Array, counts: Float64Array): void {
  for (let slot = 0; slot < sum.length; slot += 1) sum[slot]! += counts[slot]!;
}

function barOf(sum: Float64Array, from: number): Bar {
  return {
    from: new Date(from).toISOString(),
    requests: sum[placeOf('requests')]!,
    refused: byRule(sum, 'enforce'),
    wouldHave: byRule(sum, 'dry-run'),
    warned: byRule(sum, 'warn'),
  };
}

/** Rules with at least one match. */
function byRule(sum: Float64Array, mode: 'enforce' | 'dry-run' | 'warn'): ByRule {
  const counts = COUNTED_RULES.map((rule) => [rule, sum[placeOf(`${rule}/${mode}`)]!] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

function totalsOf(sum: Float64Array): Totals {
  const of = (slot: string): number => sum[placeOf(slot)]!;
  const spoken = (mode: 'enforce' | 'dry-run' | 'warn') =>
    Object.values(byRule(sum, mode)).reduce((total, count) => total + count, 0);
  const decisions = VERDICTS.flatMap((verdict) => KINDS.map((kind) => `${verdict}/${kind}`));
  const [hits, misses] = [of('hit'), of('miss')];
  return {
    requests: of('requests'),
    refused: spoken('enforce'),
    warned: spoken('warn'),
    wouldHave: spoken('dry-run'),
    failures: of('failures'),
    cut: of('cut'),
    hits,
    misses,
    hitRate: hits + misses === 0 ? undefined : hits / (hits + misses),
    served: of('served'),
    fetched: of('fetched'),
    saved: Math.max(0, of('served') - of('fetched')),
    decisions: Object.fromEntries(decisions.map((slot) => [slot, of(slot)])),
  };
}

/** The newest refusals and warnings in memory. */
function newestOf(rollups: Rollups, most: number, user: string | undefined): NamedDecision[] {
  const newest: NamedDecision[] = [];
  const probed = new Set<string>();
  for (const line of rollups.newest.newest()) {
    const named = namedDecision(line);
    if (named === undefined || (user !== undefined && named.decision.user !== user)) continue;
    // Each replica, and each start, may probe a file again.
    if (isAhead(named.decision)) {
      const key = keyOf(named.decision);
      if (probed.has(key)) continue;
      probed.add(key);
    }
    newest.push(named);
    if (newest.length === most) break;
  }
  return newest;
}
