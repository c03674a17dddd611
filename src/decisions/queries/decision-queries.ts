import type { ProjectName } from '../../domain/project-name.js';
import type { Linked } from '../../domain/short-id.js';
import type { Missing } from '../fleet-reader.js';
import type { DecisionRecord } from '../record.js';
import type { UsedProject } from '../rollups/project-users.js';
import type { RollupProgress } from '../rollups/rollup-keeper.js';

export const RANGES = ['24h', '7d', '30d'] as const;
export type OverviewRange = (typeof RANGES)[number];

/** Under its name, by which it is found again after rotation, compression and restarts. */
export interface NamedDecision {
  readonly id: string;
  readonly decision: DecisionRecord;
}

/** Number of matches per rule. */
export type ByRule = Readonly<Record<string, number>>;

/** One bar of the chart. */
export interface Bar {
  /** ISO 8601: start time. */
  readonly from: string;
  readonly requests: number;
  readonly refused: ByRule;
  /** Requests that dry-run mode allowed. */
  readonly wouldHave: ByRule;
  readonly warned: ByRule;
}

export interface Totals {
  readonly requests: number;
  readonly refused: number;
  readonly warned: number;
  readonly wouldHave: number;
  readonly failures: number;
  /** Responses whose client disconnected before the last byte. */
  readonly cut: number;
  readonly hits: number;
  readonly misses: number;
  /** From 0 to 1. Absent if the cache had no requests. */
  readonly hitRate: number | undefined;
  /** In bytes. */
  readonly served: number;
  readonly fetched: number;
  /** Bytes that the cache saved the indexes. */
  readonly saved: number;
  /** Decisions by verdict and kind of file: `block/wheel`. */
  readonly decisions: Readonly<Record<string, number>>;
}

/** Requests for one file that matched one rule. */
export interface RefusalGroup {
  /** Name of the newest release. */
  readonly id: string;
  readonly project: string;
  readonly version: string | undefined;
  readonly filename: string;
  readonly rule: string | undefined;
  readonly sha256: string | undefined;
  /** The rule's most recent reason. */
  readonly reason: string | undefined;
  readonly refused: number;
  readonly wouldHave: number;
  readonly warned: number;
  /** Refusals by a probe, before the first request. They are not requests and have no user. */
  readonly ahead: number;
  /** ISO 8601. */
  readonly first: string;
  readonly last: string;
  /** The first users, or client addresses for anonymous requests. */
  readonly users: readonly string[];
  /** Approximate number of further users. */
  readonly moreUsers: number;
  /** The newest requests, limited by the query and by memory; absent if not requested. */
  readonly requests?: readonly NamedDecision[];
}

/** A group among others of a time. */
export interface RankedGroup extends RefusalGroup {
  /** Number of requests in the time range. */
  readonly inRange: number;
}

export interface Overview {
  readonly range: OverviewRange;
  /** ISO 8601: start of the first bar, and the current time. */
  readonly from: string;
  readonly to: string;
  /** Whether the whole log has been counted. */
  readonly counted: RollupProgress;
  /** Decisions of other replicas that are missing from the counts. */
  readonly missing: readonly Missing[];
  /** Width of one bar, in milliseconds. */
  readonly step: number;
  readonly bars: readonly Bar[];
  readonly totals: Totals;
  /** The most frequent groups in the range. */
  readonly groups: readonly RankedGroup[];
  readonly newest: readonly NamedDecision[];
  /** Refused within a day, by a rule that does not mark releases as bad, and neither waived nor denied now. */
  readonly unresolved: readonly RefusalGroup[];
  /** Projects that were requested for the first time today. */
  readonly projects: readonly { readonly project: string; readonly first: string }[];
}

export type RefusalVerdict = 'block' | 'warn' | 'dry-run';

/** A filter of refusals: all given conditions must match. */
export interface RefusalFilter {
  readonly rule?: string | undefined;
  /** In its normal form. */
  readonly project?: string | undefined;
  readonly user?: string | undefined;
  readonly verdict?: RefusalVerdict | undefined;
  /** Milliseconds since 1970. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** In project, version, filename, rule or reason, case-insensitive. */
  readonly text?: string | undefined;
}

/** The order of groups: most recent, most requests, most users. */
export const SORTS = ['newest', 'most', 'users'] as const;
export type RefusalSort = (typeof SORTS)[number];

/** Which part of an answer is asked for. */
export interface RefusalsAsked {
  /** `next` of the previous page. */
  readonly cursor?: string | undefined;
  readonly most?: number | undefined;
  readonly sort?: RefusalSort | undefined;
  /** So many requests of each group; none unless said. */
  readonly requests?: number | undefined;
}

/** The searched part of the log, if the response requires it. */
export interface SearchedLog {
  /** ISO 8601: results from this time are complete. Absent if the response is complete. */
  readonly searchedBackTo?: string | undefined;
  /** The parts of the log that could not be read, one sentence each. */
  readonly gaps: readonly string[];
}

export interface RefusalPage extends SearchedLog {
  readonly items: readonly RefusalGroup[];
  /** Cursor for the next page. Absent on the last page. */
  readonly next: string | undefined;
  /** Number of matches per rule, regardless of the `rule` filter. */
  readonly rules: ByRule;
  readonly counted: RollupProgress;
}

/** A filter of requests: all given conditions must match. */
export interface RequestFilter {
  /** In its normal form. */
  readonly project: ProjectName;
  readonly version?: string | undefined;
  readonly filename?: string | undefined;
  readonly rule?: string | undefined;
  readonly user?: string | undefined;
  /** Whether only refusals, warnings and dry-run matches are included. */
  readonly refused?: boolean | undefined;
  /** Milliseconds since 1970. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

export interface RequestPage extends SearchedLog {
  /** Newest first. */
  readonly items: readonly NamedDecision[];
  /** Cursor for the next page. Absent on the last page. */
  readonly next: string | undefined;
}

/** The users whose individual requests are included. */
export type WhoseRequests = 'everybody' | 'nobody' | { readonly user: string };

/** The file of a history. */
export interface HistoryAsked {
  readonly project: ProjectName;
  readonly filename: string;
  readonly sha256?: string | undefined;
  readonly whose: WhoseRequests;
  /** Milliseconds since 1970, exclusive. */
  readonly until?: number | undefined;
}

/** A period in which all requests for a file had the same verdict. Times are ISO 8601. */
export interface HistorySpan {
  readonly verdict: DecisionRecord['verdict'];
  readonly rule: string | undefined;
  readonly reason: string | undefined;
  /** Policy revision of the last request. */
  readonly policy: string;
  readonly first: string;
  readonly last: string;
  readonly requests: number;
}

/** A request, with the client data that the reader is permitted to see. */
export interface HistoryRequest {
  readonly time: string;
  readonly verdict: DecisionRecord['verdict'];
  readonly status: number;
  readonly user: string | undefined;
  readonly client: string;
  readonly userAgent: string | undefined;
}

export interface FileHistory extends SearchedLog {
  /** Newest first. */
  readonly spans: readonly HistorySpan[];
  /** Newest first. */
  readonly requests: readonly HistoryRequest[];
  /** The last decision; undefined if there is none. */
  readonly newest: DecisionRecord | undefined;
}

/** The dashboard's queries on decisions, independent of their storage. */
export interface DecisionQueries {
  /** @param user includes only this user's individual requests; by default all */
  overview(range: OverviewRange, user?: string): Promise<Overview>;
  /**
   * @throws {Failure} overloaded if it requires the log, and too many searches are running; bad-request for an invalid
   * cursor
   */
  refusals(filter: RefusalFilter, asked?: RefusalsAsked): Promise<RefusalPage>;
  /**
   * The requests in a group, or for a project. Refusals are first searched in memory.
   * @param cursor `next` of the previous page @param most items
   * @throws {Failure} overloaded, and bad-request for an invalid cursor
   */
  requests(filter: RequestFilter, cursor?: string, most?: number): Promise<RequestPage>;
  /** Any decision by its ID; undefined if it is no longer in the log. @throws {Failure} overloaded */
  decision(id: string): Promise<NamedDecision | undefined>;
  /** The decisions on a file. @throws {Failure} overloaded */
  history(asked: HistoryAsked): Promise<FileHistory>;
  /**
   * Files that were refused and that a short link means (`domain/short-id.ts`). Costs no search.
   * @throws {Failure} overloaded where the log is not counted yet
   */
  refusedFiles(shortId: string): Promise<readonly Linked[]>;
  /** The projects that are in use here, once the log is counted. Costs no search. */
  usedProjects(): Promise<readonly UsedProject[]>;
}

/** A page of refusals has so many. */
export const PAGE_SIZE = 50;
