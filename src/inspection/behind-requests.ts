import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** As `nice` counts: enough to let a request go first, and still a fair share of a busy processor. */
const NICE = 10;

/**
 * Lowers this thread's priority below the threads that answer requests: an artifact may take some milliseconds longer,
 * a page must not. On Linux, where each thread has a priority; elsewhere it does nothing.
 */
export function comeBehindRequests(): void {
  try {
    const [, , thread] = readlinkSync('/proc/thread-self').split('/');
    if (thread !== undefined) setPriority(Number(thread), NICE);
  } catch {
    // The folder or the permission is missing: the priority is unchanged.
  }
}
