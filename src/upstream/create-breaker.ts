import { Failure } from '../domain/failure.js';
import { failedInARow } from '../messages/upstreams.js';
import { Breaker, type Says } from '../runtime/breaker.js';
import type { Faults } from './faults.js';

/** Pauses requests for an upstream's pages. An invalid response still counts as a response. */
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
  // A local failure to send says nothing about the upstream.
  return kind === 'unable' ? 'nothing' : 'there';
}
