import { type LogEnd, replay } from './replay.js';
import { DAYS, HOURS, type RollupState, Rollups } from './rollups.js';
import { readRollups, rollupFile } from './saved-rollups.js';

/** The input of a count. */
export interface Counting {
  /** The log's file. */
  readonly log: string;
  readonly to: LogEnd;
  /** The first number contains the progress, in thousandths, visible to other threads. */
  readonly progress: Int32Array;
}

/** Roll-ups of a log up to a position: the saved ones and the records since, or else all counted again. */
export async function countUp({ log, to, progress }: Counting): Promise<RollupState> {
  const saved = await readRollups(rollupFile(log), { hours: HOURS, days: DAYS });
  const rollups = new Rollups(saved?.state);
  await replay(log, { from: saved?.position, to }, rollups, {
    onProgress: (part) => Atomics.store(progress, 0, Math.floor(part * 1_000)),
  });
  return rollups.state();
}
