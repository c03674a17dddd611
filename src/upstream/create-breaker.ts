import { Failure } from '../domain/failure.js';
import { failedInARow } from '../messages/upstreams.js';
import { Breaker, type Says } from '../runtime/breaker.js';
import type { Faults } from './faults.js';

/** Spares an upstream's pages: what it says badly is an answer, too. */
export function createBreaker(faults: Faults, now: () => number): Breaker {
  return new Breaker({
    now,
    patience: 5,
    shortest: 2_000,
    longest: 15_000,
    refuse: (failures, wait) => {
      const seconds = Math.ceil(wait / 1_000);
      const what = failedInARow(failures, seconds);
      return faults.unwell(what, undefined, wait);
    },
    says,
  });
}

function says(error: unknown): Says {
  const kind = error instanceof Failure ? error.kind : undefined;
  if (kind === 'upstream-unreachable') return 'gone';
  // That we could not ask says nothing of it.
  return kind === 'unable' ? 'nothing' : 'there';
}
