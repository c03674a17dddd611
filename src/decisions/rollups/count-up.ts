import { type LogEnd, replay } from './replay.js';
import { DAYS, HOURS, type RollupState, Rollups } from './rollups.js';
import { readRollups, rollupFile } from './saved-rollups.js';

/** What is to be counted. */
export interface Counting {
  /** The log's file. */
  readonly log: string;
  readonly to: LogEnd;
  /** Told in its first number how far it is, in thousandths: whoever counts in another thread sees it. */
  readonly progress: Int32Array;
}

/** Roll-ups of a log up to some place: those that were saved and what has come since, or else all of it counted anew. */
export async function countUp({ log, to, progress }: Counting): Promise<RollupState> {
  const saved = await readRollups(rollupFile(log), { hours: HOURS, days: DAYS });
  const rollups = new Rollups(saved?.state);
  await replay(log, { from: saved?.position, to }, rollups, {
    onProgress: (part) => Atomics.store(progress, 0, Math.floor(part * 1_000)),
  });
  return rollups.state();
}
