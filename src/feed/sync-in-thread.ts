import { askOnce } from '../runtime/threads/thread.js';
import type { SyncSummary } from './sync-feed.js';
import type { SyncRequest } from './sync-thread.js';

const PROGRAM = new URL('./sync-thread.js', import.meta.url);
/** A feed far larger than today's fits, in MiB. */
const LIMITS = { maxOldGenerationSizeMb: 2_048 };
/** How long a sync may take, in milliseconds: a slow source has half an hour for each of its answers. */
const PATIENCE = 2 * 3_600_000;

/**
 * Syncs the malware feed in a thread of its own: it takes seconds and hundreds of MiB, and leaves nothing behind but
 * the file.
 * @throws what the sync threw; a `ThreadFailure` where it takes too long, or its thread dies
 */
export function syncInThread(request: SyncRequest): Promise<SyncSummary> {
  const settings = { program: PROGRAM, limits: LIMITS, isBackground: true };
  return askOnce<SyncRequest, SyncSummary>(settings, request, PATIENCE);
}
