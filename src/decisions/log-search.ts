import { Failure } from '../domain/failure.js';
import type { BackwardReader, DecisionQuery, LogPiece } from './reader.js';
import type { CutRecord, DecisionRecord, QueryRecord } from './record.js';

/** The limits of one search, in bytes and milliseconds; the next search continues it. */
const MOST_BYTES = 2 * 2 ** 30;
const MOST_TIME = 5_000;
/** The number of parallel searches, and of further ones that wait. */
const AT_A_TIME = 4;
const MOST_WAITING = 8;
/** Retry delay for rejected searches, in milliseconds. */
const ASK_AGAIN = 5_000;
/**
 * Records are nearly in the order of their times: a record may follow others that are later by this many milliseconds,
 * because processes write their decisions asynchronously.
 */
const DISORDER = 5_000;

export interface SearchBounds {
  readonly bytes?: number;
  /** In milliseconds. */
  readonly time?: number;
}

/**
 * Collects the results of a search, piece by piece from the newest backwards; within a piece in the order of writing.
 */
export interface Gatherer {
  /** @returns whether the results are sufficient */
  take(found: DecisionRecord): boolean;
  /** Receives each cut, in its place among the records. */
  cut?(cut: CutRecord): void;
  /** Receives each matching query. */
  query?(query: QueryRecord): void;
  /** A piece has ended: all further records are older than the previous ones. @returns whether the search is done */
  pieceOver?(): boolean;
}

/** The extent of a search. */
export interface SearchedBack {
  /** The complete part starts here, and the search can continue here, in milliseconds since 1970; undefined for all. */
  readonly backTo: number | undefined;
  /** The unreadable parts, one sentence each. */
  readonly gaps: readonly string[];
  /** ISO 8601: start of the log. Absent if the log is empty. */
  readonly reachesBackTo: string | undefined;
}

/** Searches a decision log for pages, from the newest back: within bounds, and a few at a time. */
export class LogSearch {
  readonly #reader: BackwardReader;
  readonly #bounds: Required<SearchBounds>;
  #searching = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(reader: BackwardReader, { bytes = MOST_BYTES, time = MOST_TIME }: SearchBounds = {}) {
    this.#reader = reader;
    this.#bounds = { bytes, time };
  }

  /** @throws {Failure} overloaded where others search already */
  async back(query: DecisionQuery, gatherer: Gatherer): Promise<SearchedBack> {
    await this.#turn();
    try {
      return await this.#search(query, gatherer);
    } finally {
      const next = this.#waiting.shift();
      // Who waits takes the place over.
      if (next === undefined) this.#searching -= 1;
      else next();
    }
  }

  async #turn(): Promise<void> {
    if (this.#searching < AT_A_TIME) this.#searching += 1;
    else if (this.#waiting.length < MOST_WAITING)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else
      throw new Failure('overloaded', 'Too many decision log searches are running.', {
        retryAfter: ASK_AGAIN,
      });
  }

  async #search(query: DecisionQuery, gatherer: Gatherer): Promise<SearchedBack> {
    const search = await this.#reader.searchBack(query);
    const reachesBackTo = await search.reachesBackTo();
    const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = spanOf(query);
    const started = performance.now();
    const isSpent = () =>
      read >= this.#bounds.bytes || performance.now() - started >= this.#bounds.time;
    let read = 0;
    const batch = search.isJoined === true ? new JoinedBatch(gatherer) : new Batch(gatherer);
    /** Set where it might end, and there is more. */
    let stop: number | undefined;
    for await (const piece of search.pieces()) {
      if (stop !== undefined) return { backTo: stop, gaps: search.gaps, reachesBackTo };
      const { begins, bytes, reached = begins } = piece;
      if (begins >= until + DISORDER) continue;
      const backTo = reached + DISORDER;
      if (await batch.takeFrom(piece, backTo))
        return { backTo: undefined, gaps: search.gaps, reachesBackTo };
      read += bytes;
      if (reached < since - DISORDER) break;
      // A search that continued from the same time would find no more than this one.
      const isEnough = gatherer.pieceOver?.() === true;
      const canEnd = backTo < until && backTo > since;
      if (canEnd && (isEnough || isSpent())) stop = backTo;
    }
    batch.takeRest();
    gatherer.pieceOver?.();
    return { backTo: undefined, gaps: search.gaps, reachesBackTo };
  }
}

type Found = DecisionRecord | CutRecord | QueryRecord;

/** Emits the records of a piece, and those left over from later pieces, in the order of writing. */
class Batch {
  readonly #gatherer: Gatherer;
  /** Found, but possibly older than records that are still unread. */
  #held: Found[] = [];

  constructor(gatherer: Gatherer) {
    this.#gatherer = gatherer;
  }

  /** @param backTo older records wait for the preceding piece @returns whether the results are sufficient */
  async takeFrom(piece: LogPiece, backTo: number): Promise<boolean> {
    const before = this.#held;
    this.#held = [];
    const take = (found: Found): boolean => {
      if (Date.parse(found.time) < backTo) this.#held.push(found);
      else return this.give(found);
      return false;
    };
    for await (const found of piece.found(take)) if (take(found)) return true;
    return before.some(take) || this.over();
  }

  takeRest(): void {
    if (!this.#held.some((found) => this.give(found))) this.over();
  }

  protected give(found: Found): boolean {
    if (!('event' in found)) return this.#gatherer.take(found);
    if (found.event === 'cut') this.#gatherer.cut?.(found);
    else this.#gatherer.query?.(found);
    return false;
  }

  /** No later result is as new as the emitted ones. */
  protected over(): boolean {
    return false;
  }
}

/** The same for several logs: in the order of their times, without duplicates. */
class JoinedBatch extends Batch {
  #found: Found[] = [];

  protected override give(found: Found): boolean {
    this.#found.push(found);
    return false;
  }

  protected override over(): boolean {
    const inOrder = this.#found.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
    this.#found = [];
    const known = new Set<string>();
    return inOrder.some((found) => {
      // Records of an older version, without a replica, have no duplicates.
      if (found.replica === undefined) return super.give(found);
      const text = JSON.stringify(found);
      if (known.has(text)) return false;
      known.add(text);
      return super.give(found);
    });
  }
}

/** The times that a query asks for. */
function spanOf({ since, until, time }: DecisionQuery): Pick<DecisionQuery, 'since' | 'until'> {
  const at = time === undefined ? Number.NaN : Date.parse(time);
  if (Number.isNaN(at)) return { since, until };
  return { since: since ?? at, until: until ?? at + 1 };
}
