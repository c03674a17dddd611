import type { Rule } from './rule.js';

/**
 * Refuses what was uploaded too short a time ago: most malicious releases are found within days. Where a
 * public index does not say when (PEP 700), it could have been just now.
 */
export const cooldown: Rule = ({ subject, policy, now }) => {
  const { age } = policy.rules.cooldown;
  if (subject.uploadTime === undefined)
    return subject.publicUpstream
      ? { reason: 'the index does not say when it was uploaded, and a cooldown is in force' }
      : undefined;
  const until = subject.uploadTime + age;
  if (now >= until) return undefined;
  return {
    reason: `it was uploaded ${iso(subject.uploadTime)} and is in cooldown until ${iso(until)}`,
    until,
  };
};

function iso(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
