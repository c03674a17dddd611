import type { Config } from '../config/config.js';
import { FileDecisionLog } from '../decisions/file-log.js';
import { FileDecisionReader } from '../decisions/file-reader.js';
import type { DecisionLog } from '../decisions/log.js';
import type { DecisionReader } from '../decisions/reader.js';
import { ResilientDecisionLog } from '../decisions/resilient-log.js';
import type { Process } from './process.js';

/** The decision log of this machine: one process writes it. Whether it can is known from the start. */
export async function createDecisionLog(
  { decisions }: Config,
  { now, log, metrics, health, closing }: Process,
): Promise<DecisionLog> {
  const onTrouble = (err: unknown) =>
    log.warn({ err }, 'a file that the decision log has put aside stays as it is');
  const written = new ResilientDecisionLog(new FileDecisionLog(decisions, now, { onTrouble }), {
    onFailing: (err) => {
      metrics.decisionLogFailing.set(1);
      health.set('decision-log', 'degraded', 'decisions go to the log on standard error instead');
      log.error({ err }, 'the decision log cannot be written');
    },
    onLost: (decision, err) => {
      metrics.decisionLogFailures.inc();
      log.error({ err, decision }, 'a decision could not be written to its log');
    },
    onRecovered: () => {
      metrics.decisionLogFailing.set(0);
      health.set('decision-log', 'ok');
    },
  });
  closing.add(() => written.close());
  await written.open();
  return written;
}

/** Every process of the machine may read it. */
export function createDecisionReader({ decisions }: Config): DecisionReader {
  return new FileDecisionReader(decisions.file);
}
