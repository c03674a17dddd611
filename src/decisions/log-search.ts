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
  /** The first moment that the log tells of, ISO 8601; undefined where it is empty. */
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
      throw new Failure('overloaded', 'The decision log is being searched for others just now.', {
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
    /** Found in the last piece, and perhaps older than what is still to be read. */
    let held: Found[] = [];
    /** Set where it might end, and there is more. */
    let stop: number | undefined;
    for await (const piece of search.pieces()) {
      if (stop !== undefined) return { backTo: stop, gaps: search.gaps, reachesBackTo };
      if (piece.begins >= until + DISORDER) continue;
      const backTo = piece.begins + DISORDER;
      const { later, isAll } = await takeAll(piece, backTo, held, gatherer);
      if (isAll) return { backTo: undefined, gaps: search.gaps, reachesBackTo };
      held = later;
      read += piece.bytes;
      if (piece.begins < since - DISORDER) break;
      // A search that went on from no earlier time would find no more than this one.
      const isEnough = gatherer.pieceOver?.() === true;
      const canEnd = backTo < until && backTo > since;
      if (canEnd && (isEnough || isSpent())) stop = backTo;
    }
    for (const found of held) if (hand(found, gatherer)) break;
    gatherer.pieceOver?.();
    return { backTo: undefined, gaps: search.gaps, reachesBackTo };
  }
}

type Found = DecisionRecord | QueryRecord;

/** @returns whether that was all that is wanted */
function hand(found: Found, gatherer: Gatherer): boolean {
  if (!('event' in found)) return gatherer.take(found);
  gatherer.query?.(found);
  return false;
}

/** Hands on what is in a piece, and what the piece behind it has left. @returns what is left for the piece before it */
async function takeAll(
  piece: LogPiece,
  backTo: number,
  held: readonly Found[],
  gatherer: Gatherer,
): Promise<{ later: Found[]; isAll: boolean }> {
  const later: Found[] = [];
  const take = (found: Found): boolean => {
    if (Date.parse(found.time) < backTo) later.push(found);
    else return hand(found, gatherer);
    return false;
  };
  const onEvent = (event: CutRecord | QueryRecord): void => {
    if (event.event === 'cut') gatherer.cut?.(event);
    else take(event);
  };
  for await (const found of piece.found(onEvent)) if (take(found)) return { later, isAll: true };
  for (const found of held) if (take(found)) return { later, isAll: true };
  return { later, isAll: false };
}

/** The times that a query asks for. */
function spanOf({ since, until, time }: DecisionQuery): Pick<DecisionQuery, 'since' | 'until'> {
  const at = time === undefined ? Number.NaN : Date.parse(time);
  if (Number.isNaN(at)) return { since, until };
  return { since: since ?? at, until: until ?? at + 1 };
}
