import type { DecisionLog } from '../decisions/log.js';
import type { LogRecord } from '../decisions/record.js';
import type { ToPrimary } from './words.js';

/** A worker's side of the decision log: one process writes, so that records stay whole and in order. */
export class WorkerDecisionLog implements DecisionLog {
  readonly #primary: ToPrimary;

  constructor(primary: ToPrimary) {
    this.#primary = primary;
  }

  async append(record: LogRecord): Promise<void> {
    await this.#primary.ask('decision', record);
  }

  async close(): Promise<void> {}
}
