import type { Config } from '../config/config.js';
import { FileDecisionLog, type FileLogParts } from '../decisions/file-log.js';
import { FileDecisionReader } from '../decisions/file-reader.js';
import type { LiveDecisions } from '../decisions/live-decisions.js';
import { LiveLog } from '../decisions/live-log.js';
import type { DecisionLog } from '../decisions/log.js';
import { ResilientDecisionLog } from '../decisions/resilient-log.js';
import { countInThread } from '../decisions/rollups/count-in-thread.js';
import { RollupKeeper } from '../decisions/rollups/rollup-keeper.js';
import { everyUnref } from '../runtime/change-watch.js';
import type { Process } from './process.js';

/** A decision log, and what is known of it without reading it. */
export interface KeptDecisions {
  readonly log: DecisionLog;
  readonly rollups: RollupKeeper;
  readonly live: LiveDecisions;
}

/** The decision log of this machine: one process writes it. Whether it can is known from the start. */
export async function createDecisionLog(
  { decisions }: Config,
  { now, log, metrics, health, closing }: Process,
): Promise<KeptDecisions> {
  const onTrouble = (err: unknown) =>
    log.warn({ err }, 'a file that the decision log has put aside stays as it is');
  const rollups = new RollupKeeper(decisions.file, {
    count: countInThread,
    every: everyUnref,
    onTrouble: (err) =>
      log.warn({ err }, 'what the decision log comes to could not be counted, or not be saved'),
  });
  // Once the log takes nothing any more.
  closing.add(() => rollups.close());
  const live = new LiveLog(rollups);
  const onWritten: FileLogParts['onWritten'] = (written, position) => {
    rollups.note(written, position);
    live.note(written);
  };
  const file = new FileDecisionLog(decisions, now, { onTrouble, onWritten });
  const written = new ResilientDecisionLog(file, {
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
  await rollups.start(file);
  return { log: written, rollups, live };
}

/** Every process of the machine may read it. */
export function createDecisionReader({ decisions }: Config): FileDecisionReader {
  return new FileDecisionReader(decisions.file);
}
