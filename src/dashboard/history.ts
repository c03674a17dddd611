import type { DecisionQuery, DecisionReader } from '../decisions/reader.js';
import type { DecisionRecord } from '../decisions/record.js';
import { withDeadline } from '../runtime/deadline.js';
import { maySee, type Reader } from './reader.js';

/** A span in which requests for a file were all decided alike. Times are ISO 8601. */
export interface HistorySpan {
  readonly verdict: DecisionRecord['verdict'];
  readonly rule: string | undefined;
  readonly reason: string | undefined;
  /** The policy revision of the last one. */
  readonly policy: string;
  readonly first: string;
  readonly last: string;
  readonly requests: number;
}

/** A request, as those see it who may know whose it was. */
export interface HistoryRequest {
  readonly time: string;
  readonly verdict: DecisionRecord['verdict'];
  readonly status: number;
  readonly user: string | undefined;
  readonly client: string;
  readonly userAgent: string | undefined;
}

export interface History {
  /** The newest first. */
  readonly spans: readonly HistorySpan[];
  /** The newest first; of all clients, or of the reader alone. */
  readonly requests: readonly HistoryRequest[];
  /** Whether the log was searched to its end, and could be read. */
  readonly complete: boolean;
  /** The last decision; undefined where there is none. */
  readonly newest: DecisionRecord | undefined;
}

/** How long a search may take, in milliseconds, and how many go on at a time. */
const PATIENCE = 5_000;
const AT_A_TIME = 4;
const MAX_SPANS = 20;
const MAX_REQUESTS = 20;

/** Looks into the decision log for pages: a few searches at a time, each for a short while. */
export class HistorySearch {
  readonly #reader: DecisionReader;
  readonly #patience: number;
  #running = 0;

  constructor(reader: DecisionReader, patience = PATIENCE) {
    this.#reader = reader;
    this.#patience = patience;
  }

  /** What was decided on a file. @param query leads to its records, and perhaps to others */
  async of(filename: string, query: DecisionQuery, reader: Reader): Promise<History> {
    const spans: HistorySpan[] = [];
    const requests: HistoryRequest[] = [];
    let newest: DecisionRecord | undefined;
    const complete = await this.#each(query, (record) => {
      if (record.filename !== filename) return;
      newest = record;
      addTo(spans, record);
      if (maySee(reader, record)) requests.push(requestOf(record));
      if (spans.length > 2 * MAX_SPANS) spans.splice(0, MAX_SPANS);
      if (requests.length > 2 * MAX_REQUESTS) requests.splice(0, MAX_REQUESTS);
    });
    return {
      spans: spans.slice(-MAX_SPANS).reverse(),
      requests: requests.slice(-MAX_REQUESTS).reverse(),
      complete,
      newest,
    };
  }

  /** The last record that answers a query; undefined where there is none, or none is found in time. */
  async last(query: DecisionQuery): Promise<DecisionRecord | undefined> {
    let last: DecisionRecord | undefined;
    await this.#each(query, (record) => {
      last = record;
    });
    return last;
  }

  /** @returns whether all were seen */
  async #each(query: DecisionQuery, see: (record: DecisionRecord) => void): Promise<boolean> {
    if (this.#running >= AT_A_TIME) return false;
    this.#running += 1;
    let over = false;
    const search = await this.#reader.search(query);
    const reading = (async () => {
      try {
        for await (const record of search.records()) {
          if (over) return false;
          see(record);
        }
        return search.gaps.length === 0;
      } catch {
        return false;
      } finally {
        this.#running -= 1;
      }
    })();
    const complete = await withDeadline(this.#patience, reading).catch(() => false);
    over = true;
    return complete;
  }
}

function addTo(spans: HistorySpan[], record: DecisionRecord): void {
  const { verdict, rule, reason, revision, time } = record;
  const last = spans.at(-1);
  const same = last?.verdict === verdict && last.rule === rule && last.reason === reason;
  const before = same ? last : undefined;
  const span = {
    verdict,
    rule,
    reason,
    policy: revision,
    first: before?.first ?? time,
    last: time,
    requests: (before?.requests ?? 0) + 1,
  };
  if (before === undefined) spans.push(span);
  else spans[spans.length - 1] = span;
}

function requestOf(record: DecisionRecord): HistoryRequest {
  const { time, verdict, status, user, client, forwarded, userAgent } = record;
  return { time, verdict, status, user, client: forwarded ?? client, userAgent };
}
