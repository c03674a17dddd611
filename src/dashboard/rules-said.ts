import { SETTABLE_RULES, type SettableRule } from '../domain/rules.js';
import { SETTABLE } from '../policy/rules/index.js';

/** A rule, and what it refuses. */
export interface RuleSaid {
  readonly rule: SettableRule;
  readonly about: string;
}

/** Each rule that a policy sets, the strongest first. What it does by default is not said: the policy in force may differ. */
export const RULES_SAID: readonly RuleSaid[] = SETTABLE_RULES.map((rule) => ({
  rule,
  about: SETTABLE[rule].about.replace(/ Default: .*$/, ''),
}));
