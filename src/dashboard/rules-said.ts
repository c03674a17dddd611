import { SETTABLE_RULES, type SettableRule } from '../domain/rules.js';
import { SETTABLE } from '../policy/rules/index.js';

/** A rule, with a description of the files that it refuses. */
export interface RuleSaid {
  readonly rule: SettableRule;
  readonly about: string;
}

/** Each configurable rule, the strongest first. Defaults are omitted, because the policy in force may differ. */
export const RULES_SAID: readonly RuleSaid[] = SETTABLE_RULES.map((rule) => ({
  rule,
  about: SETTABLE[rule].about.replace(/ Default: .*$/, ''),
}));
