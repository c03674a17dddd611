import type { RuleId } from '../../domain/verdict.js';
import { allow } from './allow.js';
import { archive } from './archive.js';
import { cooldown } from './cooldown.js';
import { deny } from './deny.js';
import { integrity } from './integrity.js';
import { metadata } from './metadata.js';
import { record } from './record.js';
import type { Rule } from './rule.js';
import { sdist } from './sdist.js';
import { startupHook } from './startup-hook.js';
import { status } from './status.js';
import { yanked } from './yanked.js';

/** Every rule by its name. The order in which they are named as reasons is `RULES` in `domain/verdict.ts`. */
export const RULE_FUNCTIONS: Readonly<Record<RuleId, Rule>> = {
  integrity,
  deny,
  'startup-hook': startupHook,
  archive,
  record,
  metadata,
  allow,
  status,
  sdist,
  yanked,
  cooldown,
};
