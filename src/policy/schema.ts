import { z } from 'zod';
import { SETTABLE_RULES, type SettableRule } from '../domain/rules.js';
import { allowed, denial, hook, waiver } from './entries.js';
import { SETTABLE } from './rules/index.js';
import { age, mode } from './terms.js';

type RuleSchemas = { readonly [Id in SettableRule]: (typeof SETTABLE)[Id]['schema'] };

const rules = z.strictObject(
  Object.fromEntries(SETTABLE_RULES.map((id) => [id, SETTABLE[id].schema])) as RuleSchemas,
);

/** One policy file. Lists append to those of the files before it; see `merge.ts`. */
export const policySchema = z
  .strictObject({
    mode: mode
      .describe('dry-run: serve, log and count files that would be refused. Default: enforce.')
      .optional(),
    base: z
      .enum(['shipped', 'none'])
      .describe('none: do not load the shipped policies. Default: shipped.')
      .optional(),
    'waiver-max': age()
      .describe('Longest time until a waiver expires, in h, d or w. Default: 90d.')
      .optional(),
    rules: rules.describe('Action and settings of each rule.').optional(),
    deny: z.array(denial).describe('Denied releases and contents.').optional(),
    allow: z
      .array(allowed)
      .min(1, 'an empty allow list would refuse everything; remove the key')
      .describe('If set, only these projects are served.')
      .optional(),
    hooks: z.array(hook).describe('Known-good start-up hooks.').optional(),
    waivers: z.array(waiver).describe('Temporary exceptions.').optional(),
  })
  .meta({
    title: 'Wheelgate policy',
    description: 'A Wheelgate policy file. See docs/policy.md.',
  });

export type PolicyFile = z.output<typeof policySchema>;
