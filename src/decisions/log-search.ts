import { Failure } from '../domain/failure.js';
import type { BackwardReader, DecisionQuery, LogPiece } from './reader.js';
import type { CutRecord, DecisionRecord, QueryRecord } from './record.js';

/** One search reads no more than so many bytes, or for so many milliseconds; it goes on with the next. */
const MOST_BYTES = 2 * 2 ** 30;
const MOST_TIME = 5_000;
/** So many go on at a time, and so many more wait for them. */
const AT_A_TIME = 4;
const MOST_WAITING = 8;
/** When whoever is turned away should ask again, in milliseconds. */
const ASK_AGAIN = 5_000;
/**
 * Records lie in the log nearly in the order of their times: one may come after others that are later by so many
 * milliseconds, for processes tell of their decisions as soon as they can.
 */
const DISORDER = 5_000;

export interface SearchBounds {
  readonly bytes?: number;
  /** In milliseconds. */
  readonly time?: number;
}

/** Takes what a search finds, piece by piece from the newest back; those of a piece as they were written. */
export interface Gatherer {
  /** @returns whether that was all that is wanted */
  take(found: DecisionRecord): boolean;
  /** Told of each cut, in its place among what was written. */
  cut?(cut: CutRecord): void;
  /** Told of each question that matches. */
  query?(query: QueryRecord): void;
  /** A piece is over: all that follows was made before all that came. @returns whether it is enough */
  pieceOver?(): boolean;
}

/** How far a search went. */
export interface SearchedBack {
  /** Milliseconds since 1970: nothing from then on is missing, and it can be gone on with from there; undefined for all. */
  readonly backTo: number | undefined;
  /** What could not be read, a sentence each. */
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
      // A search that went on from no earlier time would find no more than this one.
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

/** Hands on what is in a piece, and what the pieces behind it have left: as it was written. */
class Batch {
  readonly #gatherer: Gatherer;
  /** Found so far, and perhaps older than what is still to be read. */
  #held: Found[] = [];

  constructor(gatherer: Gatherer) {
    this.#gatherer = gatherer;
  }

  /** @param backTo what is older waits for the piece before it @returns whether that was all that is wanted */
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

  /** Nothing follows that is as new as what was given. */
  protected over(): boolean {
    return false;
  }
}

/** The same of several logs: in the order of their times, and what is in two of them once. */
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
      // Those of an older version, which named no replica, are nowhere else.
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
