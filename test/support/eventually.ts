import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between two looks, and until it is given up. */
const LOOK = 20;
const PATIENCE = 120_000;

/** Waits until something holds. @throws what it said last, where it does not in two minutes */
export async function eventually(holds: () => unknown): Promise<void> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    try {
      return void (await holds());
    } catch (error) {
      if (performance.now() > end) throw error;
      await sleep(LOOK);
    }
  }
}
