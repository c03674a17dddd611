import { z } from 'zod';
import {
  type CodeEntry,
  codesOfRule,
  FINDING_CODES,
  type FindingCode,
  knowledgeOf,
} from '../domain/finding-codes.js';
import type { FindingRule } from '../domain/rules.js';

/** The effect of a rule's match. */
export const ruleAction = () => z.enum(['block', 'warn', 'off']);

export type CodeActions = Readonly<Record<string, 'block' | 'warn' | 'off' | undefined>>;

/** The key `codes` of a rule on findings: each code may have a separate action. */
export function codeActions(rule: FindingRule) {
  const actions = codesOfRule(rule).map((code) => [code, actionOf(code)] as const);
  return z
    .strictObject(Object.fromEntries(actions))
    .describe('Actions for single findings of this rule. They override "action".');
}

function actionOf(code: FindingCode) {
  const { summary, byDefault }: CodeEntry = FINDING_CODES[code];
  const note = byDefault === undefined ? '' : ` Default: ${byDefault}.`;
  return ruleAction().describe(`${summary}.${note}`).optional();
}

/** The codes of a rule that do not refuse by default. */
export function gentleCodes(rule: FindingRule): Record<string, 'warn'> {
  const gentle = codesOfRule(rule).filter((code) => knowledgeOf(code)?.byDefault === 'warn');
  return Object.fromEntries(gentle.map((code) => [code, 'warn']));
}
