import { setImmediate as nextTurn } from 'node:timers/promises';
import { askOnce } from '../runtime/threads/thread.js';
import type { PolicyReading, ReadPolicy } from './load.js';
import type { ReadingRequest } from './read-thread.js';

/** Far more than the largest policy takes, in MiB. */
const LIMITS = { maxOldGenerationSizeMb: 2_048 };
const PROGRAM = new URL('./read-thread.js', import.meta.url);

/**
 * Reads policies in a thread of its own, so that an edit of a long list holds up nobody who is served meanwhile. The
 * thread is gone afterwards, for edits are rare. One that dies is a problem of the policy like any other.
 * @param program the thread's program, for tests of what happens when it dies
 */
export function readInThread(program: URL = PROGRAM): ReadPolicy {
  return async (paths, options) => {
    try {
      const request = { paths, options };
      return await askOnce<ReadingRequest, PolicyReading>({ program, limits: LIMITS }, request);
    } catch (error) {
      const message = `reading it broke off: ${(error as Error).message}`;
      const problems = [{ file: paths[0] ?? 'policy', message, unread: true as const }];
      return { sound: undefined, problems, warnings: [] };
    } finally {
      // Others get their turn between the answer, which takes some milliseconds to read, and the rest.
      await nextTurn();
    }
  };
}
