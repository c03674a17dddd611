import type { Finding, FindingRule, Inspection } from '../../domain/finding.js';
import type { Objection } from './rule.js';

/** Objects to the findings of one rule: the first in full, the rest by their number. */
export function objectTo(findings: readonly Finding[]): Objection | undefined {
  const [first, ...more] = findings;
  if (first === undefined) return undefined;
  const rest = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return { reason: first.detail.replace(/\.$/, '') + rest };
}

export function findingsOf(inspection: Inspection | undefined, rule: FindingRule): Finding[] {
  return inspection?.findings.filter((finding) => finding.rule === rule) ?? [];
}
