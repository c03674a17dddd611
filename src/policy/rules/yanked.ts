import { type Rule, release } from './rule.js';

/** Files that their own project, or the index, has yanked (PEP 592). */
export const yanked: Rule = ({ subject }) => {
  if (subject.yanked === false) return undefined;
  const why = typeof subject.yanked === 'string' ? subject.yanked.trim() : '';
  return { reason: `${release(subject)} was yanked upstream${why === '' ? '' : `: ${why}`}` };
};
