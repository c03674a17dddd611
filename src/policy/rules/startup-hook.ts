import type { Finding } from '../../domain/finding.js';
import { hookKey } from '../compiled.js';
import { findingsOf, objectTo } from './findings.js';
import type { Question, Rule } from './rule.js';

/**
 * Refuses what Python would run at every start. Let through are, by design section 3: an exact (project, file,
 * sha256) on a list, and what setuptools' template for namespace packages gives to the byte. Never a class of
 * code that looks harmless: the code may sit in another package.
 */
export const startupHook: Rule = (question) =>
  objectTo(
    findingsOf(question.inspection, 'startup-hook').filter(
      (finding) => !isHonest(finding, question),
    ),
  );

function isHonest(finding: Finding, { subject, policy }: Question): boolean {
  if (finding.template !== undefined) return true;
  const { landing, sha256 } = finding;
  if (landing === undefined || sha256 === undefined) return false;
  return policy.hooks.has(hookKey(subject.project, landing, sha256));
}
