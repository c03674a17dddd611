import type { Rule } from './rule.js';

/** Refuses projects that the index marks as given up or under suspicion (PEP 792). */
export const status: Rule = ({ subject, policy }) => {
  const marked = subject.status;
  if (marked === undefined || !policy.rules.status.statuses.includes(marked.status))
    return undefined;
  const why = marked.reason === undefined ? '' : `: ${marked.reason}`;
  return { reason: `the index marks the project as ${marked.status}${why}` };
};
