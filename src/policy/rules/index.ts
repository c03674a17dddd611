import type { RuleId, SettableRule } from '../../domain/rules.js';
import { allow } from './allow.js';
import { archive } from './archive.js';
import { attestation } from './attestation.js';
import { cooldown } from './cooldown.js';
import { deny } from './deny.js';
import type { SettableForm } from './form.js';
import { integrity } from './integrity.js';
import { lateFile } from './late-file.js';
import { malwareFeed } from './malware-feed.js';
import { metadata } from './metadata.js';
import { newProject } from './new-project.js';
import { record } from './record.js';
import type { Rule } from './rule.js';
import { sdist } from './sdist.js';
import { startupHook } from './startup-hook.js';
import { status } from './status.js';
import { yanked } from './yanked.js';

const FORMS = {
  deny,
  'malware-feed': malwareFeed,
  'startup-hook': startupHook,
  archive,
  record,
  metadata,
  attestation,
  allow,
  status,
  sdist,
  yanked,
  cooldown,
  'new-project': newProject,
  'late-file': lateFile,
} satisfies Partial<Record<SettableRule, SettableForm>>;

/** Makes the compiler report a missing rule by name, without further errors. */
type Forms = {
  readonly [Id in SettableRule]: Id extends keyof typeof FORMS ? (typeof FORMS)[Id] : SettableForm;
};

/** The form of each configurable rule, in the order of the table in `domain/rules.ts`. */
export const SETTABLE: Forms = FORMS;

/** The rules without settings. */
export const FIXED: Readonly<Record<Exclude<RuleId, SettableRule>, Rule>> = { integrity };
