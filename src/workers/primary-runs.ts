import type { Log } from '../runtime/log.js';
import type { Runs } from '../store/disk/runs.js';
import type { Member } from './members.js';

/** Records the run of each worker before its first write, and removes the unfinished files of one that ends. */
export class PrimaryRuns {
  readonly #runs: Runs;
  readonly #log: Log;
  /** By the worker's id. */
  readonly #of = new Map<number, string>();

  constructor(runs: Runs, log: Log) {
    this.#runs = runs;
    this.#log = log;
  }

  begin({ id }: Member, run: string): void {
    this.#of.set(id, run);
    this.#runs.begin(run);
  }

  dismiss({ id }: Member): void {
    const run = this.#of.get(id);
    if (run === undefined) return;
    this.#of.delete(id);
    this.#runs
      .end(run)
      .catch((err: unknown) =>
        this.#log.warn({ err }, 'leftover files of a worker could not be removed'),
      );
  }
}
