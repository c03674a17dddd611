import type { Numbers, PartName } from './words.js';

/**
 * So long after its question an answer is good, in milliseconds, by the clock of the one who asked: then a worker answers
 * by it no more, and whoever told the answer knows that.
 */
export const CONFIRMED_FOR = 800;

export const PART_NAMES: readonly PartName[] = ['policy', 'tokens', 'feed'];

/** Whether somebody who holds these may answer where those are required. */
export function holds(held: Numbers, required: Numbers): boolean {
  return PART_NAMES.every((name) => held[name] >= required[name]);
}
