import type { SettableRule } from '../domain/rules.js';
import { SETTABLE } from '../policy/rules/index.js';
import type { RuleNote } from './policy-report.js';

/** A rule that is on, with a description of its effect. */
export interface RuleSaid {
  readonly rule: SettableRule;
  readonly about: string;
}

/** Each rule that a policy enables, in the given order. Defaults are omitted, because the policy may differ. */
export function rulesSaid(
  rules: readonly Pick<RuleNote, 'rule' | 'action' | 'dryRun'>[],
): RuleSaid[] {
  return rules
    .filter(({ action }) => action !== 'off')
    .map(({ rule, action, dryRun }) => {
      const refuses = SETTABLE[rule].about.replace(/ Default: .*$/, '');
      const about = action === 'warn' ? refuses.replace(/^Refuses/, 'Warns about') : refuses;
      return {
        rule,
        about: dryRun && action === 'block' ? `${about} Dry-run: only counted.` : about,
      };
    });
}
