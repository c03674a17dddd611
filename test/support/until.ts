import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for what another process does, or goes on in the background; a test that waits in vain fails by its own limit. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(5);
}
