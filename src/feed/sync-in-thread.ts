import { askOnce } from '../runtime/threads/thread.js';
import type { SyncSummary } from './sync-feed.js';
import type { SyncRequest } from './sync-thread.js';

const PROGRAM = new URL('./sync-thread.js', import.meta.url);
/** Enough for a feed far larger than today's, in MiB. */
const LIMITS = { maxOldGenerationSizeMb: 2_048 };
/** Timeout for a sync, in milliseconds: a slow source has half an hour for each response. */
const PATIENCE = 2 * 3_600_000;

/**
 * Syncs the malware feed in a separate thread: it needs seconds and hundreds of MiB, which the end of the thread frees.
 * @throws the sync's error; a `ThreadFailure` if it takes too long, or its thread dies
 */
export function syncInThread(request: SyncRequest): Promise<SyncSummary> {
  const settings = { program: PROGRAM, limits: LIMITS, isBackground: true };
  return askOnce<SyncRequest, SyncSummary>(settings, request, PATIENCE);
}
