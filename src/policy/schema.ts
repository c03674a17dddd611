import { z } from 'zod';
import { SETTABLE_RULES, type SettableRule } from '../domain/rules.js';
import { allowed, denial, hook, waiver } from './entries.js';
import { SETTABLE } from './rules/index.js';
import { age, mode } from './terms.js';

type RuleSchemas = { readonly [Id in SettableRule]: (typeof SETTABLE)[Id]['schema'] };

const rules = z.strictObject(
  Object.fromEntries(SETTABLE_RULES.map((id) => [id, SETTABLE[id].schema])) as RuleSchemas,
);

/** One policy file. Lists append to those of files before it; see `merge.ts`. */
export const policySchema = z
  .strictObject({
    mode: mode
      .describe('dry-run: serve whatever would be refused, log and count it. Default: enforce.')
      .optional(),
    base: z
      .enum(['shipped', 'none'])
      .describe('none: do without the policies that come with Wheelgate. Default: shipped.')
      .optional(),
    'waiver-max': age()
      .describe('How far ahead a waiver may expire, in h, d or w. Default: 90d.')
      .optional(),
    rules: rules.describe("Each rule's action and settings.").optional(),
    deny: z.array(denial).describe('What is refused by name or by content.').optional(),
    allow: z
      .array(allowed)
      .min(1, 'an allow list without an entry would refuse everything; remove the key')
      .describe('Where given, only these projects are served.')
      .optional(),
    hooks: z.array(hook).describe('Start-up hooks known to be honest.').optional(),
    waivers: z.array(waiver).describe('Exceptions for a time.').optional(),
  })
  .meta({
    title: 'Wheelgate policy',
    description: 'One file of a Wheelgate policy folder; docs/policy.md explains it.',
  });

export type PolicyFile = z.output<typeof policySchema>;
