import type { CutRecord, DecisionRecord } from '../decisions/record.js';

/** A cut follows its decision within one response, mixed with those of other clients. */
const MOST = 100_000;

/**
 * Values of downloads that are recorded as complete, until a `cut` contradicts. The newest are kept: a dropped one
 * counts as whole, which errs on the side of exposure.
 */
export class Promised<T> {
  readonly #most: number;
  readonly #told = new Map<string, T>();

  constructor(most = MOST) {
    this.#most = most;
  }

  add(record: DecisionRecord, told: T): void {
    // A record without an ID is of an older version, which recorded no cuts.
    if (record.request === undefined) return;
    const key = promiseOf(record);
    this.#told.delete(key);
    this.#told.set(key, told);
    if (this.#told.size > this.#most) this.#told.delete(this.#told.keys().next().value!);
  }

  /** A following cut concerns this record, not an earlier one. */
  drop(record: DecisionRecord): void {
    if (record.request !== undefined) this.#told.delete(promiseOf(record));
  }

  /** Returns and removes the value of the download that was cut; undefined if it is unknown. */
  take(cut: CutRecord): T | undefined {
    const key = promiseOf(cut);
    const told = this.#told.get(key);
    this.#told.delete(key);
    return told;
  }
}

/** The common key of a cut and its decision. Clients may choose the ID of a request, even twice. */
export function promiseOf({ request, project, filename }: DecisionRecord | CutRecord): string {
  return `${request} ${project} ${filename}`;
}
