import type { Rule } from './rule.js';

/** Where the policy has a list of projects, refuses every other one. */
export const allow: Rule = ({ subject, policy }) => {
  if (policy.allow === undefined) return undefined;
  const { project, version } = subject;
  const listed = policy.allow.some(
    (entry) =>
      entry.project.matches(project) &&
      (entry.versions === undefined || (version !== undefined && entry.versions.matches(version))),
  );
  return listed
    ? undefined
    : { reason: `${project} ${version ?? ''} is not on the list of allowed projects` };
};
