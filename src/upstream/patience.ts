import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../domain/failure.js';

const ATTEMPTS = 3;
/** Failures after this time are not retried, in milliseconds: pip waits 15 s for a byte. */
const PATIENCE = 10_000;
/** The longest requested wait that is followed, in milliseconds. */
const LONGEST_WAIT = 5_000;

/** Retries if the connection failed or the upstream was unwell, as long as clients wait. */
export async function askPatiently<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  const started = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      const late = signal.aborted || performance.now() - started > PATIENCE;
      const unwell = error instanceof Failure && error.kind === 'upstream-unreachable';
      if (!unwell || late || attempt === ATTEMPTS) throw error;
      const { retryAfter = 0 } = error;
      if (retryAfter > LONGEST_WAIT) throw error;
      await sleep(Math.max(retryAfter, 50 * 2 ** attempt * (0.5 + Math.random())));
    }
  }
}

/**
 * Parses `Retry-After`: a number of seconds or a date (RFC 9110, 10.2.3).
 * @param now milliseconds since 1970
 * @returns milliseconds from now; undefined if it is missing or invalid
 */
export function waitOf(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
