import { z } from 'zod';
import { parseDistributionFilename } from '../../domain/distribution-filename.js';
import { FINDING_CODES } from '../../domain/finding-codes.js';
import { parseInstant } from '../../domain/instant.js';
import { RULES } from '../../domain/rules.js';
import { parseVersion } from '../../domain/version.js';
import { expected } from '../../yaml/validate.js';
import { projectName, sentence, sha256 } from '../terms.js';

const CODES = Object.keys(FINDING_CODES) as [string, ...string[]];

/** An instant, or the beginning of a day in UTC; in milliseconds since 1970. */
const moment = () =>
  z.string().transform((text, context) => {
    const time = parseInstant(text);
    if (time !== undefined) return time;
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
      code: z.enum(CODES).describe('Finding code, as in docs/what-is-inspected.md.'),
      file: z.string().min(1).describe('File name in the site directory.').optional(),
      sha256: sha256().describe('SHA-256 of its content.').optional(),
      template: z.enum(['setuptools-nspkg']).describe('Generator of the file.').optional(),
    }),
  ],
  { error: () => expected('the code of a finding, or code, file and sha256') },
);

const expectation = z
  .strictObject({
    name: sentence().describe('Name of the test, shown when it fails.'),
    file: z.string().describe('A filename. Sets project and version.').optional(),
    project: projectName().describe('With "version", instead of a filename: a wheel.').optional(),
    version: version().describe('PEP 440, in quotes.').optional(),
    sha256: sha256().describe('SHA-256 of the artifact.').optional(),
    upstream: z.string().describe('Name of the upstream. Default: pypi.').optional(),
    public: z.boolean().describe('Whether the upstream is public. Default: true.').optional(),
    uploaded: moment().describe('Upload time. Default: a year before "at".').optional(),
    at: moment().describe('Time of the request. Default: now.').optional(),
    yanked: z.boolean().describe('Whether the file is yanked. Default: false.').optional(),
    status: z.enum(['active', 'archived', 'quarantined', 'deprecated']).optional(),
    'project-began': moment()
      .describe('First upload of the project. Default: long ago.')
      .optional(),
    'release-began': moment()
      .describe('First upload of the release. Default: that of the file.')
      .optional(),
    namespaces: z
      .array(
        z.strictObject({
          name: projectName().describe('The reserved prefix.'),
          owned: z.boolean().describe('Whether the project belongs to the namespace owner.'),
        }),
      )
      .describe('PEP 752 namespaces that match the name. Default: none.')
      .optional(),
    'has-wheel': z.boolean().describe('Whether the release has a wheel. Default: true.').optional(),
    malware: z.string().describe('Malware record that names the release.').optional(),
    findings: z.array(finding).describe('Findings of the inspection. Default: none.').optional(),
    members: z.array(sha256()).describe('SHA-256 of member contents.').optional(),
    modules: z.array(z.string()).describe('Importable modules.').optional(),
    expect: z
      .strictObject({
        verdict: z.enum(['allow', 'warn', 'block']),
        rule: z
          .enum(RULES as [string, ...string[]])
          .describe('The deciding rule.')
          .optional(),
        reason: z.string().min(1).describe('Text that the reason contains.').optional(),
      })
      .describe('The expected verdict.'),
  })
  .superRefine((entry, context) => {
    if ((entry.file === undefined) === (entry.project === undefined))
      context.addIssue('expected either "file" or "project"');
    else if ((entry.version === undefined) !== (entry.project === undefined))
      context.addIssue('"project" and "version" require each other');
    else if (entry.file !== undefined && !isRead(entry.file))
      context.addIssue({
        code: 'custom',
        path: ['file'],
        message: 'expected the filename of a wheel or an sdist, with a name and a version',
      });
  });

/** A file below `tests/` of a policy folder. */
export const expectationsSchema = z
  .strictObject({ tests: z.array(expectation).min(1).describe('The expected verdict.') })
  .meta({
    title: 'Wheelgate policy tests',
    description: 'A file in the tests/ folder of a policy folder. See docs/policy.md.',
  });

export type Expectation = z.output<typeof expectation>;

function isRead(filename: string): boolean {
  const name = parseDistributionFilename(filename);
  return name?.project !== undefined && name.version !== undefined;
}
