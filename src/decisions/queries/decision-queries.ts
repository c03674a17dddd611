import type { DecisionRecord } from '../record.js';
import type { RollupProgress } from '../rollups/rollup-keeper.js';

export const RANGES = ['24h', '7d', '30d'] as const;
export type OverviewRange = (typeof RANGES)[number];

/** Under its name, by which it is found again after rotation, compression and restarts. */
export interface NamedDecision {
  readonly id: string;
  readonly decision: DecisionRecord;
}

/** How often each rule spoke. */
export type ByRule = Readonly<Record<string, number>>;

/** One bar of the chart. */
export interface Bar {
  /** When it begins, ISO 8601. */
  readonly from: string;
  readonly requests: number;
  readonly refused: ByRule;
  /** What would have been refused but for dry-run. */
  readonly wouldHave: ByRule;
  readonly warned: ByRule;
}

export interface Totals {
  readonly requests: number;
  readonly refused: number;
  readonly warned: number;
  readonly wouldHave: number;
  readonly failures: number;
  /** Responses whose client was gone before the last byte. */
  readonly cut: number;
  readonly hits: number;
  readonly misses: number;
  /** From 0 to 1; undefined where nothing was asked of the cache. */
  readonly hitRate: number | undefined;
  /** In bytes. */
  readonly served: number;
  readonly fetched: number;
  /** What the indexes did not have to send, in bytes. */
  readonly saved: number;
  /** Decisions by verdict and kind of file: `block/wheel`. */
  readonly decisions: Readonly<Record<string, number>>;
}

/** Requests for one file that one rule spoke on. */
export interface RefusalGroup {
  /** The name of the newest of them. */
  readonly id: string;
  readonly project: string;
  readonly version: string | undefined;
  readonly filename: string;
  readonly rule: string | undefined;
  readonly sha256: string | undefined;
  /** What the rule said last. */
  readonly reason: string | undefined;
  readonly refused: number;
  readonly wouldHave: number;
  readonly warned: number;
  /** ISO 8601. */
  readonly first: string;
  readonly last: string;
  /** Names, or addresses where nobody said one; the first of them. */
  readonly users: readonly string[];
  /** About how many there are beyond them. */
  readonly moreUsers: number;
}

export interface Overview {
  readonly range: OverviewRange;
  /** ISO 8601: the beginning of the first bar, and now. */
  readonly from: string;
  readonly to: string;
  /** Whether all of the log is counted yet. */
  readonly counted: RollupProgress;
  /** Of one bar, in milliseconds. */
  readonly step: number;
  readonly bars: readonly Bar[];
  readonly totals: Totals;
  /** Those that were met most often, of those that were met in the range. */
  readonly groups: readonly RefusalGroup[];
  readonly newest: readonly NamedDecision[];
  /** Refused within a day, by a rule that does not accuse, and not waived. */
  readonly unresolved: readonly RefusalGroup[];
  /** Projects that were asked for for the first time today. */
  readonly projects: readonly { readonly project: string; readonly first: string }[];
}

export type RefusalVerdict = 'block' | 'warn' | 'dry-run';

/** Which refusals are asked for: all that is given must match. */
export interface RefusalFilter {
  readonly rule?: string | undefined;
  /** In its normal form. */
  readonly project?: string | undefined;
  readonly user?: string | undefined;
  readonly verdict?: RefusalVerdict | undefined;
  /** Milliseconds since 1970. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** In project, version, filename, rule or reason, whatever the case. */
  readonly text?: string | undefined;
}

export interface RefusalPage {
  readonly items: readonly RefusalGroup[];
  /** Where the next page begins; undefined for the last. */
  readonly next: string | undefined;
  /** How many of what matches but for the rule each rule has. */
  readonly rules: ByRule;
  /** Where the log itself was searched: back to this time, ISO 8601, and what of it could not be read. */
  readonly searchedBackTo?: string | undefined;
  readonly gaps: readonly string[];
  readonly counted: RollupProgress;
}

/** Answers what the dashboard asks of the decisions, wherever they are kept. */
export interface DecisionQueries {
  overview(range: OverviewRange): Promise<Overview>;
  /** @param cursor what a page before gave as `next` @param most items */
  refusals(filter: RefusalFilter, cursor?: string, most?: number): Promise<RefusalPage>;
  /** Any decision by its name; undefined where the log has none of it any more. */
  decision(id: string): Promise<NamedDecision | undefined>;
}

/** A page of refusals has so many. */
export const PAGE_SIZE = 50;
