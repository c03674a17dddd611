import type { Process } from '../compose/process.js';
import type { DecisionLog } from '../decisions/log.js';
import type { LogRecord } from '../decisions/record.js';
import { type OpenableDecisionLog, ResilientDecisionLog } from '../decisions/resilient-log.js';
import type { ToPrimary } from './words.js';

/** The timeout for the primary, in milliseconds: longer than that of its own log. */
const PATIENCE = 8_000;

/**
 * A worker's side of the decision log: one process writes it, so records remain complete and in order. Records that the
 * primary does not accept in time, because it hangs or has ended, go to this process's own log.
 */
export function createWorkerDecisions(
  primary: ToPrimary,
  { log, metrics }: Pick<Process, 'log' | 'metrics'>,
  patience = PATIENCE,
): DecisionLog {
  // The primary reports the state of the file, and a primary that does not respond also shows in the state in force.
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
