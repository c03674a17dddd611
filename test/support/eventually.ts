import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between two checks, and until the timeout. */
const LOOK = 20;
const PATIENCE = 120_000;

/** Waits until a condition holds. @throws its last error, after two minutes */
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
