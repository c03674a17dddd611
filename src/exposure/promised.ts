import type { CutRecord, DecisionRecord } from '../decisions/record.js';

/** A cut follows its decision within one response, among those of other clients. */
const MOST = 100_000;

/**
 * What was told of downloads that their decisions call complete, until a `cut` says that one was not. The newest are
 * kept: one that is forgotten counts as whole, which accuses rather than acquits.
 */
export class Promised<T> {
  readonly #most: number;
  readonly #told = new Map<string, T>();

  constructor(most = MOST) {
    this.#most = most;
  }

  add(record: DecisionRecord, told: T): void {
    // Without an id it is of an older version, which told of no cut.
    if (record.request === undefined) return;
    const key = promiseOf(record);
    this.#told.delete(key);
    this.#told.set(key, told);
    if (this.#told.size > this.#most) this.#told.delete(this.#told.keys().next().value!);
  }

  /** A cut that follows is not about what was told before: it is about this. */
  drop(record: DecisionRecord): void {
    if (record.request !== undefined) this.#told.delete(promiseOf(record));
  }

  /** What was told of the download that was cut, once; undefined where that is not known. */
  take(cut: CutRecord): T | undefined {
    const key = promiseOf(cut);
    const told = this.#told.get(key);
    this.#told.delete(key);
    return told;
  }
}

/** What a cut and its decision have in common. A client may choose the id of its request, and choose one twice. */
export function promiseOf({ request, project, filename }: DecisionRecord | CutRecord): string {
  return `${request} ${project} ${filename}`;
}
