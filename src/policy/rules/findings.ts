import type { Finding, FindingRule } from '../../domain/finding.js';
import type { ProjectName } from '../../domain/project-name.js';
import type { Judge } from './rule.js';

/** Says whether a finding counts for nothing in this project. */
export type Excuse = (finding: Finding, project: ProjectName) => boolean;

const NEVER: Excuse = () => false;

/** Objects to any finding of the rule that nothing excuses; names the first, and how many there are. */
export function findings(rule: FindingRule, excused: Excuse = NEVER): Judge {
  return ({ subject, inspection }) => {
    const found = inspection?.findings.filter(
      (finding) => finding.rule === rule && !excused(finding, subject.project),
    );
    const [first, ...others] = found ?? [];
    if (first === undefined) return undefined;
    return {
      reason: others.length === 0 ? first.detail : `${first.detail}, and ${others.length} more`,
    };
  };
}
