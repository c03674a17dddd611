import { z } from 'zod';
import { type FindingRule, SETTABLE_RULES, type SettableRule } from '../domain/rules.js';
import { expected } from '../yaml/validate.js';
import { projectGlob } from '../yaml/values.js';
import { codeActions, ruleAction } from './code-actions.js';
import {
  age,
  expiry,
  moduleName,
  projectName,
  publisher,
  sentence,
  sha256,
  specifier,
} from './terms.js';

const mode = z.enum(['enforce', 'dry-run']);
const globs = () => z.array(projectGlob()).min(1);

/** What every rule can be told. `action` is always said, so that no setting waits for one in silence. */
const common = {
  action: ruleAction().describe(
    'block: refuse. warn: serve, log and count. off: the rule does not speak.',
  ),
  mode: mode.describe('dry-run: serve what this rule would refuse, log and count it.').optional(),
  index: z
    .enum(['yank', 'hide'])
    .describe(
      'How a refused file stands on the project page: marked yanked with the reason (default), or left out.',
    )
    .optional(),
  upstreams: z
    .array(z.string())
    .min(1)
    .describe('Only for files of these upstreams, by their name in the configuration.')
    .optional(),
  projects: globs().describe('Only for these projects; * stands for any characters.').optional(),
  exempt: globs().describe('Never for these projects; * stands for any characters.').optional(),
};

const onFindings = (rule: FindingRule, description: string) =>
  z
    .strictObject({ ...common, codes: codeActions(rule) })
    .describe(description)
    .optional();

const plain = (description: string) => z.strictObject(common).describe(description).optional();

/** A project or a pattern, or one of these and who must attest it. */
const requirement = z.union(
  [
    projectGlob().transform((project) => ({ project, publisher: undefined })),
    z.strictObject({
      project: projectGlob().describe('A project, or a pattern with *.'),
      publisher: publisher()
        .describe('github:OWNER/NAME, gitlab:GROUP/NAME or google:SERVICE-ACCOUNT.')
        .optional(),
    }),
  ],
  { error: () => expected('a project, or project and publisher') },
);

const rules = z.strictObject({
  deny: plain('Refuses what the list "deny" names. Default: block.'),
  'startup-hook': z
    .strictObject({
      ...common,
      codes: codeActions('startup-hook'),
      templates: z
        .array(z.enum(['setuptools-nspkg']))
        .describe(
          'Generators whose files are let through where they are reproduced to the byte. Default: [setuptools-nspkg].',
        )
        .optional(),
    })
    .describe('Refuses what would run code at every Python start-up. Default: block.')
    .optional(),
  'malware-feed': z
    .strictObject({
      ...common,
      'max-age': age().describe('How old the feed may grow, in h, d or w. Default: 3d.').optional(),
      stale: z
        .enum(['warn', 'block'])
        .describe('An older feed, or none: block refuses everything. Default: warn.')
        .optional(),
    })
    .describe('Refuses what the malware feed names. Default: block.')
    .optional(),
  archive: onFindings(
    'archive',
    'Refuses archives that readers could read differently. Default: block.',
  ),
  record: onFindings(
    'record',
    'Refuses wheels whose RECORD does not list every file, truly. Default: block.',
  ),
  metadata: onFindings(
    'metadata',
    'Refuses artifacts whose metadata contradict their name. Default: block.',
  ),
  attestation: z
    .strictObject({
      ...common,
      require: z
        .array(requirement)
        .describe('Projects whose every file must be attested; with "publisher", by that one.')
        .optional(),
      regression: z
        .union(
          [
            z.strictObject({
              releases: z
                .int()
                .min(1)
                .max(10)
                .describe('So many attested releases in a row make a history. Default: 3.'),
            }),
            z.literal('off'),
          ],
          { error: () => expected('releases: NUMBER (1 to 10), or off') },
        )
        .describe(
          'Files that are not attested by the publisher of the releases before them. Default: { releases: 3 }.',
        )
        .optional(),
    })
    .describe('Refuses files by who attests them (PEP 740). Default: warn.')
    .optional(),
  allow: plain('Refuses what the list "allow" does not name, where one is given. Default: block.'),
  status: z
    .strictObject({
      ...common,
      refuse: z
        .array(z.enum(['archived', 'quarantined', 'deprecated']))
        .min(1)
        .describe('The statuses to refuse. Default: [archived, quarantined].')
        .optional(),
    })
    .describe('Refuses by the status that the index gives a project (PEP 792). Default: off.')
    .optional(),
  sdist: z
    .strictObject({
      ...common,
      when: z
        .enum(['always', 'wheel-exists'])
        .describe(
          'wheel-exists: an sdist is let through where its version has no wheel. Default: always.',
        )
        .optional(),
    })
    .describe('Refuses source distributions, which run code when they are built. Default: off.')
    .optional(),
  yanked: plain('Refuses what the upstream index marks as yanked (PEP 592). Default: off.'),
  cooldown: z
    .strictObject({
      ...common,
      age: age()
        .describe('How old a file must be, in h, d or w: 12h, 3d, 2w. Default: 3d.')
        .optional(),
    })
    .describe('Refuses files uploaded only lately. Default: off.')
    .optional(),
} satisfies Record<SettableRule, z.ZodType>);

const reference = sentence().describe('An advisory: its identifier or URL.').optional();

const denial = z
  .strictObject({
    project: projectGlob().describe('A project, or a pattern with *.').optional(),
    versions: specifier().describe('PEP 440; without it, every version.').optional(),
    sha256: sha256().describe("An artifact's SHA-256, or that of a file in one.").optional(),
    reason: sentence().describe('What a refused developer reads.'),
    reference,
  })
  .superRefine((entry, context) => {
    if ((entry.project === undefined) === (entry.sha256 === undefined))
      context.addIssue('expected either "project" or "sha256"');
    else if (entry.versions !== undefined && entry.project === undefined)
      context.addIssue('"versions" needs "project"');
  });

const hook = z.strictObject({
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

const waiver = z.strictObject({
  rule: z.enum(SETTABLE_RULES).describe('The one rule that it lifts.'),
  project: projectName().describe('The one project that it is for.'),
  versions: specifier().describe('PEP 440: the versions that it is for.'),
  reason: sentence().describe('Why.'),
  owner: sentence().describe('Who answers for it.'),
  expires: expiry().describe('A date, which holds to the end of that day in UTC, or an instant.'),
});

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
      .array(z.strictObject({ project: projectGlob().describe('A project, or a pattern with *.') }))
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
export type Denial = z.output<typeof denial>;
export type Hook = z.output<typeof hook>;
export type Waiver = z.output<typeof waiver>;
export type RuleSettings = NonNullable<PolicyFile['rules']>;
