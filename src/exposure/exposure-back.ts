import type { Gatherer, LogSearch } from '../decisions/log-search.js';
import type { CutRecord, DecisionRecord, QueryRecord, RequestRecord } from '../decisions/record.js';
import { clientOf, deliveryOf, isGiven } from './delivery.js';
import {
  type Exposed,
  type Exposure,
  type ExposureQuestion,
  exposedBy,
  lockedBy,
  queryOf,
} from './exposure.js';
import { promiseOf } from './promised.js';

/** A response that may lack the oldest results. */
export interface ExposurePart extends Exposure {
  /**
   * ISO 8601: results from this time are complete. Use it as `until` for earlier results. Absent if the response is
   * complete.
   */
  readonly searchedBackTo: string | undefined;
}

/**
 * The recipients of files, from the newest backwards, within the limits of the search. A download whose cut is recorded
 * after `until` counts as whole, which errs on the side of exposure.
 * @param most requests
 */
export async function exposureBack(
  search: LogSearch,
  question: ExposureQuestion,
  most: number,
): Promise<ExposurePart> {
  const gathered = new ExposureGatherer(question, most);
  const { backTo, gaps, reachesBackTo } = await search.back(queryOf(question), gathered);
  const { requests, cutAt } = newestOf(gathered.requests, most);
  const searchedTo = cutAt ?? backTo;
  return {
    requests,
    clients: [...new Set(requests.filter(isGiven).map(clientOf))],
    reachesBackTo,
    ...(searchedTo !== undefined && { truncated: true as const }),
    ...(gaps.length > 0 && { incomplete: true as const }),
    gaps,
    searchedBackTo: searchedTo === undefined ? undefined : new Date(searchedTo).toISOString(),
  };
}

/** Only complete instants, so the next query can continue there. @returns the oldest first */
function newestOf(
  found: readonly Exposed[],
  most: number,
): { requests: readonly Exposed[]; cutAt: number | undefined } {
  // Requests of one instant in the order of writing.
  const requests = found
    .toReversed()
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  const dropped = requests.at(-most - 1);
  if (dropped === undefined) return { requests, cutAt: undefined };
  const kept = requests.filter(({ time }) => time > dropped.time);
  const at = Date.parse(dropped.time);
  // Further requests of one instant are omitted.
  return kept.length > 0
    ? { requests: kept, cutAt: at + 1 }
    : { requests: requests.slice(-most), cutAt: at };
}

/** Collects deliveries, piece by piece: a cut follows its decision, possibly in a later piece. */
class ExposureGatherer implements Gatherer {
  readonly requests: Exposed[] = [];
  readonly #question: ExposureQuestion;
  readonly #most: number;
  #piece: RequestRecord[] = [];
  /** The number of cut downloads by name, among the decisions that are still unread. */
  readonly #cuts = new Map<string, number>();

  constructor(question: ExposureQuestion, most: number) {
    this.#question = question;
    this.#most = most;
  }

  take(decision: DecisionRecord): boolean {
    this.#piece.push(decision);
    return false;
  }

  cut(cut: CutRecord): void {
    this.#piece.push(cut);
  }

  query(query: QueryRecord): void {
    this.#piece.push(query);
  }

  pieceOver(): boolean {
    for (const record of this.#piece.reverse()) {
      if (!('event' in record)) this.#note(record);
      else if (record.event === 'cut') this.#count(record, 1);
      else this.requests.push(...lockedBy(record, this.#question));
    }
    this.#piece = [];
    return this.requests.length > this.#most;
  }

  #note(record: DecisionRecord): void {
    const isCut = this.#isCut(record);
    const delivery = deliveryOf(record);
    if (delivery === undefined || (delivery === 'refused' && this.#question.refused !== true))
      return;
    this.requests.push(exposedBy(record, isCut && delivery === 'whole' ? 'part' : delivery));
  }

  /** A cut concerns the last decision of its name, of any kind. */
  #isCut(record: DecisionRecord): boolean {
    // A record without an ID is of an older version, which recorded no cuts.
    if (record.request === undefined || !this.#cuts.has(promiseOf(record))) return false;
    this.#count(record, -1);
    return true;
  }

  #count(record: DecisionRecord | CutRecord, change: 1 | -1): void {
    const key = promiseOf(record);
    const count = (this.#cuts.get(key) ?? 0) + change;
    if (count > 0) this.#cuts.set(key, count);
    else this.#cuts.delete(key);
  }
}
