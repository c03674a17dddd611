import { Worker } from 'node:worker_threads';
import type { SyncSummary } from './sync-feed.js';
import type { SyncRequest } from './sync-thread.js';

/** A feed far larger than today's fits, in MiB. */
const LIMITS = { maxOldGenerationSizeMb: 2_048 };

/**
 * Syncs the malware feed in a thread of its own: it takes seconds and hundreds of MiB, and leaves nothing behind but
 * the file.
 * @throws what the sync threw
 */
export function syncInThread(request: SyncRequest): Promise<SyncSummary> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./sync-thread.js', import.meta.url), {
      workerData: request,
      resourceLimits: LIMITS,
    });
    worker.unref();
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the sync ended with ${code}`)));
  });
}
