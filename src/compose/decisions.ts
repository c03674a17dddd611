import type { Config } from '../config/config.js';
import {
  type DecisionLogSettings,
  FileDecisionLog,
  type FileLogParts,
} from '../decisions/file-log.js';
import { FileDecisionReader } from '../decisions/file-reader.js';
import type { LiveDecisions } from '../decisions/live-decisions.js';
import { LiveLog } from '../decisions/live-log.js';
import type { DecisionLog } from '../decisions/log.js';
import { isOfRequest } from '../decisions/record.js';
import { ResilientDecisionLog } from '../decisions/resilient-log.js';
import { countInThread } from '../decisions/rollups/count-in-thread.js';
import { RollupKeeper } from '../decisions/rollups/rollup-keeper.js';
import { everyUnref } from '../runtime/change-watch.js';
import type { Archive } from './archive.js';
import { createUploading, type FleetDecisions } from './fleet-decisions.js';
import type { Process } from './process.js';

/** A decision log, and the data that is known without reading it. */
export interface KeptDecisions {
  readonly log: DecisionLog;
  readonly rollups: RollupKeeper;
  readonly live: LiveDecisions;
}

/** Links between the log of this machine and other logs; both are undefined for a single machine. */
export interface DecisionsBeyond {
  readonly fleet: FleetDecisions | undefined;
  readonly archive: Archive | undefined;
}

/** The decision log of this machine: one process writes it. Whether it can is known from the start. */
export async function createDecisionLog(
  config: Config,
  process: Process,
  { fleet, archive }: DecisionsBeyond,
): Promise<KeptDecisions> {
  const { decisions, replica } = config;
  const { now, log, metrics, health, closing } = process;
  const onTrouble = (err: unknown) =>
    log.warn({ err }, 'a rotated decision log file could not be compressed or indexed');
  const rollups = new RollupKeeper(decisions.file, {
    count: countInThread,
    every: everyUnref,
    onTrouble: (err) =>
      log.warn({ err }, 'the decision log roll-up could not be computed or saved'),
  });
  // Runs after the log is closed.
  closing.add(() => rollups.close());
  const live = new LiveLog(rollups);
  const onWritten: FileLogParts['onWritten'] = (written, position) => {
    rollups.note(written, position);
    live.note(written);
    fleet?.tell(written);
  };
  const uploading =
    archive && createUploading(config, process, archive, async () => file.putAside());
  // Once the log has put aside its last file.
  closing.add(() => uploading?.close());
  const file: FileDecisionLog = new FileDecisionLog(
    uploading === undefined ? decisions : oftenPutAside(decisions),
    now,
    {
      onTrouble,
      onWritten,
      isOwed: (path) => uploading?.isOwed(path) === true,
      onLost: (path) =>
        log.error({ path }, 'a decision log file was removed before its upload to S3'),
    },
  );
  const written = new ResilientDecisionLog(file, {
    onFailing: (err) => {
      metrics.decisionLogFailing.set(1);
      health.set(
        'decision-log',
        'degraded',
        'decisions are written to the log on standard error instead',
      );
      log.error({ err }, 'the decision log cannot be written');
    },
    onLost: (decision, err) => {
      metrics.decisionLogFailures.inc();
      log.error({ err, decision }, 'a decision could not be written to the decision log');
    },
    onRecovered: () => {
      metrics.decisionLogFailing.set(0);
      health.set('decision-log', 'ok');
    },
  });
  closing.add(async () => {
    if (uploading !== undefined) await file.putAside();
    await written.close();
  });
  await written.open();
  await rollups.start(file);
  await uploading?.begin();
  if (fleet !== undefined) void rollups.counted().then(() => fleet.follow(rollups, live));
  return { log: fleet === undefined ? written : named(written, replica.name), rollups, live };
}

/**
 * Files are rotated every hour, before they are full, so the limit is the total size of `keep` full files. Archived files
 * are compressed.
 */
function oftenPutAside(decisions: Config['decisions']): DecisionLogSettings {
  const { keep, maxBytes } = decisions;
  return { ...decisions, compress: true, room: Math.max(1, keep) * maxBytes };
}

/** Adds the replica's name to each record. */
function named(log: DecisionLog, replica: string): DecisionLog {
  return {
    append: (record) => log.append(isOfRequest(record) ? { ...record, replica } : record),
    close: () => log.close(),
  };
}

/** Every process of the machine may read it. */
export function createDecisionReader({ decisions }: Config): FileDecisionReader {
  return new FileDecisionReader(decisions.file);
}
