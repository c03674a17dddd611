import { askOnce } from '../runtime/threads/thread.js';
import type { Tending } from './tend-file.js';

const PROGRAM = new URL('./tend-thread.js', import.meta.url);
/** Far more than the keys of a file take, in MiB. */
const LIMITS = { maxOldGenerationSizeMb: 1_024 };

/** Compresses and indexes in a separate thread: every line is parsed, without delaying requests. */
export function tendInThread(tending: Tending): Promise<void> {
  return askOnce({ program: PROGRAM, limits: LIMITS }, tending);
}
