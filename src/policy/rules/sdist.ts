import type { Rule } from './rule.js';

/** Refuses source distributions: building one runs its code, before anything is installed. */
export const sdist: Rule = ({ subject, policy }) => {
  if (subject.kind !== 'sdist') return undefined;
  if (policy.rules.sdist.withoutWheel === 'allow' && !subject.hasWheel) return undefined;
  return { reason: 'it is a source distribution, and building one runs its code' };
};
