import type { Process } from '../compose/process.js';
import type { DecisionLog } from '../decisions/log.js';
import type { LogRecord } from '../decisions/record.js';
import { type OpenableDecisionLog, ResilientDecisionLog } from '../decisions/resilient-log.js';
import type { ToPrimary } from './words.js';

/** How long the primary may take, in milliseconds: longer than its own log may take it. */
const PATIENCE = 8_000;

/**
 * A worker's side of the decision log: one process writes, so that records stay whole and in order. What the primary does
 * not take in time, because it hangs or is gone, goes to this process's own log.
 */
export function createWorkerDecisions(
  primary: ToPrimary,
  { log, metrics }: Pick<Process, 'log' | 'metrics'>,
  patience = PATIENCE,
): DecisionLog {
  // How the file fares is the primary's to tell of; that it does not answer shows by what is in force, too.
  return new ResilientDecisionLog(
    new PrimaryDecisions(primary),
    {
      onFailing: (err) => log.error({ err }, 'decisions cannot be sent to the primary'),
      onLost: (decision, err) => {
        metrics.decisionLogFailures.inc();
        log.error({ err, decision }, 'a decision could not be written to the decision log');
      },
      onRecovered: () => log.info('the primary accepts decisions again'),
    },
    patience,
  );
}

class PrimaryDecisions implements OpenableDecisionLog {
  readonly #primary: ToPrimary;

  constructor(primary: ToPrimary) {
    this.#primary = primary;
  }

  async open(): Promise<void> {}

  async append(record: LogRecord): Promise<void> {
    await this.#primary.ask('decision', record);
  }

  async close(): Promise<void> {}
}
