import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for another process or a background task; the test's own timeout applies. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(5);
}
