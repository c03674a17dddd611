import { Worker } from 'node:worker_threads';
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
  return (paths, options) =>
    new Promise((resolve) => {
      const worker = new Worker(program, { resourceLimits: LIMITS });
      let answered = false;
      // What becomes of the thread after its answer is nobody's concern.
      const settle = (reading: PolicyReading): void => {
        if (answered) return;
        answered = true;
        void worker.terminate();
        // Others get their turn between the message, which takes some milliseconds to read, and the rest.
        setImmediate(() => resolve(reading));
      };
      const fail = (why: string): void =>
        settle({
          sound: undefined,
          problems: [{ file: paths[0] ?? 'policy', message: `reading it broke off: ${why}` }],
          warnings: [],
        });
      worker.once('message', settle);
      worker.once('error', ({ message }) => fail(message));
      worker.once('exit', (code) => fail(`its thread ended with ${code}`));
      worker.postMessage({ paths, options } satisfies ReadingRequest);
    });
}
