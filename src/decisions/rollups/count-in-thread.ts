import { stat } from 'node:fs/promises';
import { Thread } from '../../runtime/threads/thread.js';
import { LOG_DISK } from '../log-disk.js';
import { decisionFiles } from '../log-files.js';
import { type Counting, countUp } from './count-up.js';
import type { RollupState } from './rollups.js';
import { rollupFile } from './saved-rollups.js';

const PROGRAM = new URL('./count-thread.js', import.meta.url);
/** Far more than roll-ups take, in MiB. */
const LIMITS = { maxOldGenerationSizeMb: 1_024 };
/** As much is read before a thread would have begun, in bytes. */
const LITTLE = 1024 * 1024;

/** Counts in a separate thread, except small amounts: without saved roll-ups, the whole log is read. */
export async function countInThread(counting: Counting, signal: AbortSignal): Promise<RollupState> {
  if ((await sizeOf(counting.log)) <= LITTLE) return countUp(counting);
  const thread = new Thread<Counting, RollupState>({
    program: PROGRAM,
    limits: LIMITS,
    isBackground: true,
  });
  const stop = () => void thread.close();
  signal.addEventListener('abort', stop);
  try {
    return await thread.ask(counting).answer;
  } finally {
    signal.removeEventListener('abort', stop);
    await thread.close();
  }
}

async function sizeOf(log: string): Promise<number> {
  const files = await decisionFiles(log, LOG_DISK);
  const sizes = [...files.map(({ path }) => path), rollupFile(log)].map((path) =>
    stat(path).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
