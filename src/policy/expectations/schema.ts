import { z } from 'zod';
import { parseDistributionFilename } from '../../domain/distribution-filename.js';
import { FINDING_CODES } from '../../domain/finding-codes.js';
import { RULES } from '../../domain/rules.js';
import { parseVersion } from '../../domain/version.js';
import { expected } from '../../yaml/validate.js';
import { projectName, sentence, sha256 } from '../terms.js';

const CODES = Object.keys(FINDING_CODES) as [string, ...string[]];

/** An instant, or the beginning of a day in UTC; in milliseconds since 1970. */
const moment = () =>
  z.string().transform((text, context) => {
    const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
    const isInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.test(
      text,
    );
    const time = isDay || isInstant ? Date.parse(text) : Number.NaN;
    if (!Number.isNaN(time)) return time;
    context.addIssue(expected('an instant such as 2026-12-01T18:00Z, or a date'));
    return z.NEVER;
  });

const version = () =>
  z.string().transform((text, context) => {
    const normal = parseVersion(text);
    if (normal !== undefined) return normal;
    context.addIssue(expected('a version (PEP 440) such as "1.4.2", in quotes'));
    return z.NEVER;
  });

const finding = z.union(
  [
    z.enum(CODES).transform((code) => ({ code, file: undefined, sha256: undefined })),
    z.strictObject({
      code: z.enum(CODES).describe('As docs/what-is-inspected.md has it.'),
      file: z.string().min(1).describe('Its name in the site directory.').optional(),
      sha256: sha256().describe('Of its content.').optional(),
      template: z.enum(['setuptools-nspkg']).describe('What would write the same.').optional(),
    }),
  ],
  { error: () => expected('the code of a finding, or code, file and sha256') },
);

const expectation = z
  .strictObject({
    name: sentence().describe('What is expected, for whoever reads that it failed.'),
    file: z.string().describe('A filename, which says project and version.').optional(),
    project: projectName()
      .describe('In place of the filename, with "version": a wheel.')
      .optional(),
    version: version().describe('PEP 440, in quotes.').optional(),
    sha256: sha256().describe('Of the artifact.').optional(),
    upstream: z.string().describe('By its name in the configuration. Default: pypi.').optional(),
    public: z.boolean().describe('Whether anybody can publish there. Default: true.').optional(),
    uploaded: moment().describe('When, by its index. Default: a year before "at".').optional(),
    at: moment().describe('The moment of the request. Default: now.').optional(),
    yanked: z.boolean().describe('By its project or index. Default: false.').optional(),
    status: z.enum(['active', 'archived', 'quarantined', 'deprecated']).optional(),
    'project-began': moment()
      .describe('The first upload of its project. Default: long ago.')
      .optional(),
    'release-began': moment()
      .describe('The first upload of its release. Default: its own.')
      .optional(),
    namespaces: z
      .array(
        z.strictObject({
          name: projectName().describe('The reserved prefix.'),
          owned: z.boolean().describe('Whether the project belongs to its owner.'),
        }),
      )
      .describe('PEP 752: those that its name lies in. Default: none.')
      .optional(),
    'has-wheel': z.boolean().describe('Whether its release has a wheel. Default: true.').optional(),
    malware: z.string().describe('The record of the malware feed that names it.').optional(),
    findings: z.array(finding).describe('What an inspection found. Default: nothing.').optional(),
    members: z.array(sha256()).describe('Contents of files in it, by SHA-256.').optional(),
    modules: z.array(z.string()).describe('What can be imported of it.').optional(),
    expect: z
      .strictObject({
        verdict: z.enum(['allow', 'warn', 'block']),
        rule: z
          .enum(RULES as [string, ...string[]])
          .describe('Which rule is the reason.')
          .optional(),
        reason: z.string().min(1).describe('Words that stand in the reason.').optional(),
      })
      .describe('What the policy is to say.'),
  })
  .superRefine((entry, context) => {
    if ((entry.file === undefined) === (entry.project === undefined))
      context.addIssue('expected either "file" or "project"');
    else if ((entry.version === undefined) !== (entry.project === undefined))
      context.addIssue('"project" and "version" need each other');
    else if (entry.file !== undefined && !isRead(entry.file))
      context.addIssue({
        code: 'custom',
        path: ['file'],
        message: 'expected the filename of a wheel or an sdist, with a name and a version',
      });
  });

/** A file below `tests/` of a policy folder. */
export const expectationsSchema = z
  .strictObject({ tests: z.array(expectation).min(1).describe('What the policy is to say.') })
  .meta({
    title: 'Wheelgate policy tests',
    description: 'A file below tests/ of a policy folder; docs/policy.md explains it.',
  });

export type Expectation = z.output<typeof expectation>;

function isRead(filename: string): boolean {
  const name = parseDistributionFilename(filename);
  return name?.project !== undefined && name.version !== undefined;
}
