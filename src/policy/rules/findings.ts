import type { Finding } from '../../domain/finding.js';
import type { FindingRule } from '../../domain/rules.js';
import type { Subject } from '../../domain/subject.js';
import { type CodeActions, codeActions, gentleCodes } from '../code-actions.js';
import { settable } from './form.js';
import type { Rule } from './rule.js';

/** Decides whether a finding is irrelevant in this file. */
export type Excuse = (finding: Finding, subject: Subject) => boolean;

const NEVER: Excuse = () => false;

/** Settings of a rule on findings: the default action and the actions per code. */
export interface FindingsSettings {
  readonly action: 'block' | 'warn' | 'off';
  readonly codes: CodeActions;
}

/**
 * Matches any finding of the rule without an exception. The reason names the first of the most severe ones, and their
 * number.
 */
export function findings(
  rule: FindingRule,
  { action, codes }: FindingsSettings,
  excused: Excuse = NEVER,
): Rule {
  const actionOf = ({ code }: Finding) => codes[code] ?? action;
  return ({ subject, known: { inspection } }) => {
    const found = inspection?.findings.filter(
      (finding) =>
        finding.rule === rule && actionOf(finding) !== 'off' && !excused(finding, subject),
    );
    if (found === undefined || found.length === 0) return undefined;
    const blocking = found.filter((finding) => actionOf(finding) === 'block');
    const [first, ...others] = blocking.length > 0 ? blocking : found;
    return {
      reason: others.length === 0 ? first!.detail : `${first!.detail}, and ${others.length} more`,
      action: blocking.length > 0 ? 'block' : 'warn',
    };
  };
}

/** A rule that only matches findings. */
export function onFindings(rule: FindingRule, about: string) {
  return settable({
    about,
    keys: { codes: codeActions(rule) },
    defaults: { action: 'block', codes: gentleCodes(rule) },
    create: (settings) => findings(rule, settings),
  });
}
