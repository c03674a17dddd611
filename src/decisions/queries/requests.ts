import { decisionId, idOf, parseDecisionId } from '../decision-id.js';
import type { Gatherer, LogSearch } from '../log-search.js';
import { normal } from '../query.js';
import { type DecisionRecord, readRecord } from '../record.js';
import type { NewestLines } from '../rollups/newest-lines.js';
import { keyOf, type RefusedGroup } from '../rollups/refused-groups.js';
import { modeOf } from '../rollups/slots.js';
import type { NamedDecision, RequestFilter, RequestPage } from './decision-queries.js';
import { noCursor } from './no-cursor.js';

/** Later records may be slightly older: this many more are read. */
const MORE = 50;

/**
 * Requests from memory, for refusals, warnings and dry-run matches.
 * @returns undefined if memory has none, and the log may have some
 */
export function requestsInMemory(
  newest: NewestLines,
  filter: RequestFilter,
  most: number,
): RequestPage | undefined {
  const text = JSON.stringify(filter.filename ?? filter.project);
  const found: NamedDecision[] = [];
  for (const line of newest.newest()) {
    const named = line.includes(text) ? namedDecision(line) : undefined;
    if (named !== undefined && isMeant(named.decision, filter)) found.push(named);
    if (found.length > most + MORE) break;
  }
  if (found.length === 0 && newest.isFull) return undefined;
  const items = found.sort(byNewestName).slice(0, most);
  const isAll = found.length <= most && !newest.isFull;
  return { items, next: isAll ? undefined : items.at(-1)?.id, gaps: [] };
}

/** The filename in a record's JSON. */
const FILENAME = /"filename":"((?:[^"\\]|\\.)*)"/;

/** The newest requests of some groups, by their keys, limited by memory. */
export function requestsOfGroups(
  newest: NewestLines,
  groups: readonly RefusedGroup[],
  most: number,
): ReadonlyMap<string, readonly NamedDecision[]> {
  const requests = new Map<string, NamedDecision[]>(groups.map((group) => [keyOf(group), []]));
  const names = new Set(groups.map(({ filename }) => JSON.stringify(filename).slice(1, -1)));
  let missing = most > 0 ? groups.length : 0;
  for (const line of newest.newest()) {
    if (missing === 0) break;
    const [, name = ''] = FILENAME.exec(line) ?? [];
    if (!names.has(name)) continue;
    const named = namedDecision(line);
    const found = named && requests.get(keyOf(named.decision));
    if (found === undefined || found.length === most) continue;
    found.push(named!);
    if (found.length === most) missing -= 1;
  }
  return requests;
}

/** The hash in front of all of an instant. */
const NOTHING = '000000';

/**
 * The same from the log. @param cursor a decision's ID: the decisions before it follow
 * @throws {Failure} bad-request if it is invalid
 */
export async function requestsInLog(
  search: LogSearch,
  filter: RequestFilter,
  cursor: string | undefined,
  most: number,
): Promise<RequestPage> {
  const gathered = new NewestRequests(filter, cursor, most);
  const { project, user, since, refused } = filter;
  const end = cursor === undefined ? undefined : endOf(cursor);
  const until = Math.min(filter.until ?? Number.POSITIVE_INFINITY, end ?? Number.POSITIVE_INFINITY);
  const { backTo, gaps } = await search.back({ project, user, since, refused, until }, gathered);
  const { items, isMore } = gathered;
  if (isMore) return { items, next: items.at(-1)?.id, gaps };
  if (backTo === undefined) return { items, next: undefined, gaps };
  return {
    items,
    next: idOf(backTo, Number.parseInt(NOTHING, 16)),
    searchedBackTo: new Date(backTo).toISOString(),
    gaps,
  };
}

/** The exclusive end of the search for an ID, in milliseconds since 1970. */
function endOf(cursor: string): number {
  const named = parseDecisionId(cursor);
  if (named === undefined) throw noCursor();
  // No ID of that instant precedes the empty one, so the search must continue to an earlier instant.
  return Date.parse(named.time) + (named.hash === NOTHING ? 0 : 1);
}

/** The newest results of a search, before an ID. */
class NewestRequests implements Gatherer {
  readonly #filter: RequestFilter;
  readonly #before: string | undefined;
  readonly #most: number;
  #found: NamedDecision[] = [];

  constructor(filter: RequestFilter, before: string | undefined, most: number) {
    this.#filter = filter;
    this.#before = before;
    this.#most = most;
  }

  take(decision: DecisionRecord): boolean {
    const at = Date.parse(decision.time);
    if (Number.isNaN(at) || !isMeant(decision, this.#filter)) return false;
    const id = decisionId(decision);
    if (this.#before === undefined || id < this.#before) this.#found.push({ id, decision });
    if (this.#found.length > 4 * this.#most) this.#trim();
    return false;
  }

  pieceOver(): boolean {
    this.#trim();
    return this.isMore;
  }

  #trim(): void {
    this.#found.sort(byNewestName);
    this.#found.length = Math.min(this.#found.length, this.#most + 1);
  }

  get isMore(): boolean {
    return this.#found.length > this.#most;
  }

  get items(): readonly NamedDecision[] {
    return this.#found.slice(0, this.#most);
  }
}

function isMeant(decision: DecisionRecord, filter: RequestFilter): boolean {
  const { project, version, filename, rule, user, refused, since, until } = filter;
  if (filename !== undefined && decision.filename !== filename) return false;
  if (normal(decision.project) !== project) return false;
  if (version !== undefined && decision.version !== version) return false;
  if (rule !== undefined && decision.rule !== rule) return false;
  if (user !== undefined && decision.user !== user) return false;
  if (refused === true && modeOf(decision) === undefined) return false;
  const at = Date.parse(decision.time);
  return (since === undefined || at >= since) && (until === undefined || at < until);
}

function byNewestName(a: NamedDecision, b: NamedDecision): number {
  return a.id < b.id ? 1 : -1;
}

/** A line of the log, with its ID; undefined if it is not a decision. */
export function namedDecision(line: string): NamedDecision | undefined {
  const decision = readRecord(line);
  if (decision === undefined || decision === 'event') return undefined;
  return { id: decisionId(decision), decision };
}
