import { z } from 'zod';
import type { ProjectGlob } from '../domain/project-glob.js';
import { isSettable, RULES } from '../domain/rules.js';
import { projectGlob } from '../yaml/values.js';
import { expiry, moduleName, projectName, sentence, sha256, specifier } from './terms.js';

/** An entry of the list `deny`. */
export const denial = z
  .strictObject({
    project: projectGlob().describe('A project, or a pattern with *.').optional(),
    versions: specifier().describe('PEP 440; without it, every version.').optional(),
    sha256: sha256().describe("An artifact's SHA-256, or that of a file in one.").optional(),
    reason: sentence().describe('What a refused developer reads.'),
    reference: sentence().describe('An advisory: its identifier or URL.').optional(),
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
  project: projectName().describe('The project that ships it.'),
  file: z
    .string()
    .regex(/^[^/\\\p{C}]{1,255}$/u, 'expected a file name without a folder')
    .describe('Its name in the site directory: distutils-precedence.pth.'),
  sha256: z.array(sha256()).min(1).describe('The SHA-256 of each known content.'),
  imports: z
    .array(moduleName())
    .min(1)
    .describe('The modules that it imports at the start: no other project may bring them.')
    .optional(),
});

/** An entry of the list `waivers`. */
export const waiver = z
  .strictObject({
    rule: z.enum(RULES).describe('The one rule that it lifts; integrity with a sha256 only.'),
    project: projectName().describe('The one project that it is for.'),
    versions: specifier().describe('PEP 440: the versions that it is for.'),
    sha256: sha256()
      .describe('The one file that it is for. Under integrity: the new bytes of a replaced file.')
      .optional(),
    reason: sentence().describe('Why.'),
    owner: sentence().describe('Who answers for it.'),
    expires: expiry().describe('A date, which holds to the end of that day in UTC, or an instant.'),
  })
  .superRefine((entry, context) => {
    if (!isSettable(entry.rule) && entry.sha256 === undefined)
      context.addIssue(
        `a waiver of ${entry.rule} needs "sha256": it lifts one change of a file, and nothing else`,
      );
  });

export type Denial = z.output<typeof denial>;
export type Hook = z.output<typeof hook>;
export type Waiver = z.output<typeof waiver>;

/** The lists of all policy files together, which rules look into. */
export interface PolicyLists {
  readonly deny: readonly Denial[];
  /** Undefined where no file has an allow list: then every project is served. */
  readonly allow: readonly ProjectGlob[] | undefined;
  readonly hooks: readonly Hook[];
}
