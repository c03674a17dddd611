import { z } from 'zod';
import type { ProjectGlob } from '../domain/project-glob.js';
import { isSettable, RULES } from '../domain/rules.js';
import { projectGlob } from '../yaml/values.js';
import { expiry, moduleName, projectName, sentence, sha256, specifier } from './terms.js';

/** An entry of the list `deny`. */
export const denial = z
  .strictObject({
    project: projectGlob().describe('A project, or a pattern with *.').optional(),
    versions: specifier().describe('PEP 440 specifier. Default: every version.').optional(),
    sha256: sha256().describe('SHA-256 of an artifact or of a file in one.').optional(),
    reason: sentence().describe('The reason shown to developers.'),
    reference: sentence().describe('Identifier or URL of an advisory.').optional(),
  })
  .superRefine((entry, context) => {
    if ((entry.project === undefined) === (entry.sha256 === undefined))
      context.addIssue('expected either "project" or "sha256"');
    else if (entry.versions !== undefined && entry.project === undefined)
      context.addIssue('"versions" needs "project"');
  });

/** An entry of the list `allow`. */
export const allowed = z.strictObject({
  project: projectGlob().describe('A project, or a pattern with *.'),
});

/** An entry of the list `hooks`. */
export const hook = z.strictObject({
  project: projectName().describe('The project that ships the hook.'),
  file: z
    .string()
    .regex(/^[^/\\\p{C}]{1,255}$/u, 'expected a file name without a folder')
    .describe('File name in the site directory, such as distutils-precedence.pth.'),
  sha256: z.array(sha256()).min(1).describe('SHA-256 of each known-good content.'),
  imports: z
    .array(moduleName())
    .min(1)
    .describe('Modules that the hook imports. No other project may contain them.')
    .optional(),
});

/** An entry of the list `waivers`. */
export const waiver = z
  .strictObject({
    rule: z.enum(RULES).describe('The rule to waive. integrity requires a sha256.'),
    project: projectName().describe('The project to waive it for.'),
    versions: specifier().describe('PEP 440 specifier of the versions.'),
    sha256: sha256()
      .describe('SHA-256 of one file. With integrity: the new bytes of a replaced file.')
      .optional(),
    reason: sentence().describe('Why.'),
    owner: sentence().describe('Person or team responsible.'),
    expires: expiry().describe('A date (valid to the end of that day in UTC) or a time.'),
  })
  .superRefine((entry, context) => {
    if (!isSettable(entry.rule) && entry.sha256 === undefined)
      context.addIssue(
        `a waiver of ${entry.rule} requires "sha256": it lifts a single change of a file`,
      );
  });

export type Denial = z.output<typeof denial>;
export type Hook = z.output<typeof hook>;
export type Waiver = z.output<typeof waiver>;

/** The lists of all policy files together, as rules use them. */
export interface PolicyLists {
  readonly deny: readonly Denial[];
  /** Undefined if no file has an allow list: every project is then allowed. */
  readonly allow: readonly ProjectGlob[] | undefined;
  readonly hooks: readonly Hook[];
}
