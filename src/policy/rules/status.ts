import type { Rule } from './rule.js';

/** Projects that the index marks (PEP 792) with one of the given statuses. */
export function status(refused: readonly string[]): Rule {
  return ({ subject }) => {
    if (subject.status === undefined || !refused.includes(subject.status.status)) return undefined;
    const { status: name, reason } = subject.status;
    return { reason: `${subject.project} is ${name} at its index${reason ? `: ${reason}` : ''}` };
  };
}
