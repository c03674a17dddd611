import { FileDecisionLog } from '../../../src/decisions/file-log.js';
import { countUp } from '../../../src/decisions/rollups/count-up.js';
import { replay } from '../../../src/decisions/rollups/replay.js';
import { RollupKeeper } from '../../../src/decisions/rollups/rollup-keeper.js';
import { type RollupState, Rollups } from '../../../src/decisions/rollups/rollups.js';
import { tendFile } from '../../../src/decisions/tend-file.js';

/** A log with its roll-ups, as one process has them. */
export interface KeptLog {
  readonly log: FileDecisionLog;
  readonly keeper: RollupKeeper;
  /** Ends as a process that is stopped does. */
  stop(): Promise<void>;
  /** Ends as one that is killed: nothing more is saved. */
  kill(): Promise<void>;
}

/** @param file the log's, @param maxBytes at which it is put aside, @param count how what is there is read */
export async function keptLog(
  file: string,
  maxBytes = 1e6,
  count: ConstructorParameters<typeof RollupKeeper>[1]['count'] = countUp,
): Promise<KeptLog> {
  const keeper = new RollupKeeper(file, {
    count,
    every: () => () => {},
    onTrouble: (error) => {
      throw error;
    },
  });
  const log = new FileDecisionLog(
    { file, maxBytes, keep: 1_000, compress: true, fsync: false },
    Date.now,
    { tend: tendFile, onWritten: (written, position) => keeper.note(written, position) },
  );
  await log.open();
  await keeper.start(log);
  return {
    log,
    keeper,
    stop: async () => {
      await log.close();
      await keeper.close();
    },
    kill: async () => {
      await log.close();
      await keeper.counted();
    },
  };
}

/** What all that lies in a log comes to. */
export async function recount(file: string, others: readonly string[]): Promise<RollupState> {
  const rollups = new Rollups();
  const log = new FileDecisionLog({
    file,
    maxBytes: 1e9,
    keep: 1_000,
    compress: false,
    fsync: false,
  });
  await log.open();
  const to = { position: log.position, others };
  await replay(file, { from: undefined, to }, rollups);
  await log.close();
  return rollups.state();
}
