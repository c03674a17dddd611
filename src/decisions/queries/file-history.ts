import type { Gatherer, LogSearch } from '../log-search.js';
import { type DecisionRecord, isAhead } from '../record.js';
import type {
  FileHistory,
  HistoryAsked,
  HistoryRequest,
  HistorySpan,
  WhoseRequests,
} from './decision-queries.js';

const MOST_SPANS = 20;
const MOST_REQUESTS = 20;

/** The decisions on a file, from the log. */
export async function historyInLog(search: LogSearch, asked: HistoryAsked): Promise<FileHistory> {
  const { project, filename, sha256, whose, until } = asked;
  const gathered = new HistoryGatherer(filename, whose);
  const { backTo, gaps } = await search.back({ project, sha256, until }, gathered);
  return {
    ...gathered.history,
    searchedBackTo: backTo === undefined ? undefined : new Date(backTo).toISOString(),
    gaps,
  };
}

/** Collects periods of equal decisions: each piece forwards, and before the results of later pieces. */
class HistoryGatherer implements Gatherer {
  readonly #filename: string;
  readonly #whose: WhoseRequests;
  /** Newest first. */
  readonly #spans: HistorySpan[] = [];
  readonly #requests: HistoryRequest[] = [];
  #newest: DecisionRecord | undefined;
  /** Of the piece that is being read, the oldest first. */
  #pieceSpans: HistorySpan[] = [];
  #pieceRequests: HistoryRequest[] = [];

  constructor(filename: string, whose: WhoseRequests) {
    this.#filename = filename;
    this.#whose = whose;
  }

  take(decision: DecisionRecord): boolean {
    if (decision.filename !== this.#filename) return false;
    if (this.#newest === undefined || decision.time > this.#newest.time) this.#newest = decision;
    addTo(this.#pieceSpans, decision);
    if (!isAhead(decision) && isOf(this.#whose, decision))
      this.#pieceRequests.push(requestOf(decision));
    if (this.#pieceSpans.length > 2 * MOST_SPANS) this.#pieceSpans.splice(0, MOST_SPANS);
    if (this.#pieceRequests.length > 2 * MOST_REQUESTS)
      this.#pieceRequests.splice(0, MOST_REQUESTS);
    return false;
  }

  pieceOver(): boolean {
    for (const span of this.#pieceSpans.reverse()) addBefore(this.#spans, span);
    this.#requests.push(...this.#pieceRequests.reverse());
    this.#requests.length = Math.min(this.#requests.length, MOST_REQUESTS);
    this.#pieceSpans = [];
    this.#pieceRequests = [];
    return this.#spans.length > MOST_SPANS;
  }

  get history(): Pick<FileHistory, 'spans' | 'requests' | 'newest'> {
    return {
      spans: this.#spans.slice(0, MOST_SPANS),
      requests: this.#requests,
      newest: this.#newest,
    };
  }
}

function isOf(whose: WhoseRequests, { user }: DecisionRecord): boolean {
  if (typeof whose === 'string') return whose === 'everybody';
  return user === whose.user;
}

function addTo(spans: HistorySpan[], record: DecisionRecord): void {
  const { verdict, rule, reason, revision, time } = record;
  const requests = isAhead(record) ? 0 : 1;
  const span = { verdict, rule, reason, policy: revision, first: time, last: time, requests };
  const before = spans.at(-1);
  if (before === undefined || !isAlike(before, span)) spans.push(span);
  else spans[spans.length - 1] = joined(before, span);
}

/** @param spans the newest first, @param span older than all of them */
function addBefore(spans: HistorySpan[], span: HistorySpan): void {
  const after = spans.at(-1);
  if (after === undefined || !isAlike(after, span)) spans.push(span);
  else spans[spans.length - 1] = joined(span, after);
}

function isAlike(a: HistorySpan, b: HistorySpan): boolean {
  return a.verdict === b.verdict && a.rule === b.rule && a.reason === b.reason;
}

function joined(earlier: HistorySpan, later: HistorySpan): HistorySpan {
  return { ...later, first: earlier.first, requests: earlier.requests + later.requests };
}

function requestOf(record: DecisionRecord): HistoryRequest {
  const { time, verdict, status, user, client, forwarded, userAgent } = record;
  return { time, verdict, status, user, client: forwarded ?? client, userAgent };
}
