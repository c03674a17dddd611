import { ACCUSING, type RuleId } from '../../domain/rules.js';
import { decisionId } from '../decision-id.js';
import { readRecord } from '../record.js';
import type { Periods } from '../rollups/periods.js';
import type { RollupProgress } from '../rollups/rollup-keeper.js';
import { DAY, HOUR, type Rollups } from '../rollups/rollups.js';
import { COUNTED_RULES, KINDS, placeOf, SLOTS, VERDICTS } from '../rollups/slots.js';
import type {
  Bar,
  ByRule,
  NamedDecision,
  Overview,
  OverviewRange,
  RefusalGroup,
  Totals,
} from './decision-queries.js';
import { asRefusal } from './refusal-groups.js';

/** How many bars a range has, and of how many hours each is. */
const BARS: Readonly<Record<OverviewRange, { readonly count: number; readonly hours: number }>> = {
  '24h': { count: 24, hours: 1 },
  '7d': { count: 28, hours: 6 },
  '30d': { count: 30, hours: 24 },
};
const MOST = 10;
const MOST_PROJECTS = 50;
const MOST_UNRESOLVED = 50;

/** What an overview says beside the counts. */
export interface OverviewAsked {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly counted: RollupProgress;
  /** Whether a waiver lets the group's files pass by now. */
  readonly isWaived: (group: Pick<RefusalGroup, 'project' | 'version' | 'rule'>) => boolean;
}

export function overviewOf(
  rollups: Rollups,
  range: OverviewRange,
  { now, counted, isWaived }: OverviewAsked,
): Overview {
  const { count, hours } = BARS[range];
  const step = hours * HOUR;
  const first = (Math.floor(now / step) - count + 1) * step;
  const sums = Array.from({ length: count }, (_, bar) =>
    sumOf(rollups.hours, (first + bar * step) / HOUR, hours),
  );
  const groups = rollups.groups.all();
  const dayAgo = now - DAY;
  const today = Math.floor(now / DAY) * DAY;
  return {
    range,
    from: new Date(first).toISOString(),
    to: new Date(now).toISOString(),
    counted,
    step,
    bars: sums.map((sum, bar) => barOf(sum, first + bar * step)),
    totals: totalsOf(added(sums)),
    groups: groups
      .filter(({ last }) => last >= first)
      .sort((a, b) => all(b) - all(a))
      .slice(0, MOST)
      .map(asRefusal),
    newest: newestOf(rollups, MOST),
    unresolved: groups
      .filter(
        (group) =>
          group.enforce > 0 &&
          group.last >= dayAgo &&
          !ACCUSING.has(group.rule as RuleId) &&
          !isWaived(group),
      )
      .slice(-MOST_UNRESOLVED)
      .reverse()
      .map(asRefusal),
    projects: rollups.projects
      .since(today, MOST_PROJECTS)
      .map(({ project, first: at }) => ({ project, first: new Date(at).toISOString() })),
  };
}

function all({ enforce, dryRun, warn }: { enforce: number; dryRun: number; warn: number }): number {
  return enforce + dryRun + warn;
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

/** Those that spoke at all. */
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

/** The newest refusals and warnings, as far as they are in memory. */
export function newestOf(rollups: Rollups, most: number): NamedDecision[] {
  const newest: NamedDecision[] = [];
  for (const line of rollups.newest.newest()) {
    const decision = readRecord(line);
    if (decision === undefined || decision === 'event') continue;
    newest.push({ id: decisionId(decision.time, line), decision });
    if (newest.length === most) break;
  }
  return newest;
}
