import type { Rule } from './rule.js';

/** Refuses what the index itself has yanked (PEP 592). */
export const yanked: Rule = ({ subject }) => {
  if (subject.yanked === false) return undefined;
  const why = subject.yanked === true ? '' : `: ${subject.yanked}`;
  return { reason: `the index has yanked it${why}` };
};
