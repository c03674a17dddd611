import type { Numbers, PartName } from './words.js';

/**
 * A reply is valid for this long after its request, in milliseconds, by the requester's clock. Then a worker no longer
 * uses it, and the sender of the reply relies on that.
 */
export const CONFIRMED_FOR = 800;

export const PART_NAMES: readonly PartName[] = ['policy', 'tokens', 'feed'];

/** Whether these numbers satisfy the required ones. */
export function holds(held: Numbers, required: Numbers): boolean {
  return PART_NAMES.every((name) => held[name] >= required[name]);
}
