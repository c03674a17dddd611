import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** As `nice` counts: enough to let a request go first, and still a fair share of a busy processor. */
const NICE = 10;

/**
 * Lets this thread come after those that answer requests, where both want the processor: an artifact may take some
 * milliseconds longer, a page must not. On Linux, where a thread has a priority of its own; elsewhere it does nothing.
 */
export function comeBehindRequests(): void {
  try {
    const [, , thread] = readlinkSync('/proc/thread-self').split('/');
    if (thread !== undefined) setPriority(Number(thread), NICE);
  } catch {
    // No such folder, or no right to: it goes on as it is.
  }
}
