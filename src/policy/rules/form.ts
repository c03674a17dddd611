import { z } from 'zod';
import { projectGlob } from '../../yaml/values.js';
import { ruleAction } from '../code-actions.js';
import type { PolicyLists } from '../entries.js';
import { mode } from '../terms.js';
import type { Rule } from './rule.js';

const globs = () => z.array(projectGlob()).min(1);

/** The keys of every rule. `action` is always explicit, so a setting without it cannot be ineffective unnoticed. */
const common = {
  action: ruleAction().describe(
    'block: refuse. warn: serve, log and count. off: disable the rule.',
  ),
  mode: mode
    .describe('dry-run: serve, log and count the files that this rule would refuse.')
    .optional(),
  index: z
    .enum(['yank', 'hide'])
    .describe(
      'How the project page shows a refused file: yanked with the reason (default) or hidden.',
    )
    .optional(),
  upstreams: z
    .array(z.string())
    .min(1)
    .describe('Apply only to files of these upstreams.')
    .optional(),
  projects: globs().describe('Apply only to these projects. * matches any characters.').optional(),
  exempt: globs().describe('Never apply to these projects. * matches any characters.').optional(),
};

type CommonSettings = z.output<z.ZodObject<typeof common>>;

/** A rule's settings with every default in its place. */
export type Settings<Keys extends z.ZodRawShape> = Readonly<
  CommonSettings & { [Key in keyof Keys]: z.output<Keys[Key]> }
>;

interface RuleDraft<Keys extends z.ZodRawShape> {
  /** The files that it refuses, and its default action, for editors of policy files. */
  readonly about: string;
  /** The keys of this rule, in addition to those of every rule. A file may omit each of them. */
  readonly keys: Keys;
  /** The defaults; `policies/00-default.yaml` documents the same values. */
  readonly defaults: Settings<Keys>;
  /** Creates the rule from its settings. Not called if its action is `off`. */
  create(settings: Settings<Keys>, lists: PolicyLists): Rule;
}

/** A rule that a policy sets, as its file in this folder gives it. */
export function settable<Keys extends z.ZodRawShape>({ keys, ...form }: RuleDraft<Keys>) {
  const schema = z.strictObject({ ...common, ...z.object(keys).partial().shape });
  return { ...form, schema: schema.describe(form.about).optional() };
}

/** The part of a rule's form that does not depend on its own keys. */
export interface SettableForm {
  readonly about: string;
  readonly schema: z.ZodType<CommonSettings | undefined>;
  readonly defaults: Settings<z.ZodRawShape>;
  create(settings: Settings<z.ZodRawShape>, lists: PolicyLists): Rule;
}
