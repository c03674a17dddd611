import type { Rule } from './rule.js';

/** Refuses what the denylist names: a release, an artifact, or anything that carries a file with that digest. */
export const deny: Rule = ({ subject, inspection, policy }) => {
  const match = policy.deny.match(subject, inspection);
  if (match === undefined) return undefined;
  const { reason, reference, index } = match.denial;
  const doubt =
    match.by === 'unreadable-version'
      ? ` (its version cannot be read, and ${match.denial.versions?.text} is denied)`
      : '';
  const inside = match.by === 'member' ? 'it carries a denied file: ' : '';
  return { reason: inside + reason + doubt, reference, index };
};
