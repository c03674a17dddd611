import { setImmediate as nextTurn } from 'node:timers/promises';
import { Thread } from '../runtime/threads/thread.js';
import type { PolicyReading, ReadPolicy } from './load.js';
import type { ReadingRequest } from './read-thread.js';

/** Far more than the largest policy takes, in MiB. */
const LIMITS = { maxOldGenerationSizeMb: 2_048 };
const PROGRAM = new URL('./read-thread.js', import.meta.url);
/** A multiple of the time for the largest policy on a slow machine, in milliseconds. */
const PATIENCE = 120_000;

export interface ReadInThreadSettings {
  /** The thread's program, for tests of its failure. */
  readonly program?: URL;
  /** How long a reading may take, in milliseconds. */
  readonly patience?: number;
}

/**
 * Reads policies in a separate thread, so an edit of a long list does not delay requests. The thread ends afterwards,
 * because edits are rare. If it crashes or hangs, that is reported like any other problem of the policy, and may end
 * without an edit.
 */
export function readInThread({
  program = PROGRAM,
  patience = PATIENCE,
}: ReadInThreadSettings = {}): ReadPolicy {
  let hanging = false;
  return async (paths, options) => {
    // A call that hangs in the system outlives its thread, and takes one of the few that read files for the whole process.
    if (hanging) return unread(paths, 'reading it timed out');
    let thread: Thread<ReadingRequest, PolicyReading> | undefined;
    try {
      thread = new Thread({ program, limits: LIMITS });
      const asked = thread.ask({ paths, options });
      asked.expectWithin(patience);
      return await asked.answer;
    } catch (error) {
      hanging = true;
      return unread(paths, `reading it failed: ${(error as Error).message}`);
    } finally {
      const gone = thread?.close() ?? Promise.resolve();
      void gone.then(() => {
        hanging = false;
      });
      // Others get their turn between the answer, which takes some milliseconds to read, and the rest.
      await nextTurn();
    }
  };
}

function unread(paths: readonly string[], message: string): PolicyReading {
  const problems = [{ file: paths[0] ?? 'policy', message, unread: true as const }];
  return { sound: undefined, problems, warnings: [] };
}
