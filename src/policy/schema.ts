import { z } from 'zod';
import { parseSha256 } from '../domain/digest.js';
import { parseNameGlob } from '../domain/name-glob.js';
import { parseProjectName } from '../domain/project-name.js';
import { parseSpecifier } from '../domain/version.js';
import { duration, parsedBy } from '../yaml/fields.js';

/** The rules that a policy file can set. `deny`, `allow` and `integrity` have no settings of their own. */
export const CONFIGURABLE_RULES = [
  'startup-hook',
  'archive',
  'record',
  'metadata',
  'cooldown',
  'sdist',
  'yanked',
  'status',
] as const;

/** The rules that a waiver can lift. */
const WAIVABLE_RULES = [...CONFIGURABLE_RULES, 'deny', 'allow'] as const;

const nameGlob = parsedBy(parseNameGlob).describe(
  'A project name, or a glob of names: acme-*. Compared as PEP 503 normalises names.',
);
const specifier = parsedBy(parseSpecifier).describe(
  'A version specifier (PEP 440): "==1.4.2", ">=2,<3", "==1.4.*". Pre-releases match.',
);
const sha256 = parsedBy((text) => {
  const digest = parseSha256(text);
  if (digest === undefined) throw new RangeError('expected 64 hexadecimal digits (a SHA-256)');
  return digest;
});
const project = parsedBy((text) => {
  const name = parseProjectName(text);
  if (name === undefined) throw new RangeError(`not a project's name: ${JSON.stringify(text)}`);
  return name;
});
const reason = z
  .string()
  .trim()
  .min(1, 'a reason is needed: developers read it when they are refused')
  .describe('One sentence for the developer who is refused.');
/** A day lasts to its end in UTC; an instant is meant as it stands. */
const expires = parsedBy((text) => {
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T23:59:59.999Z` : text;
  const time = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(day) ? Date.parse(day) : Number.NaN;
  const roundTrip = Number.isNaN(time) ? '' : new Date(time).toISOString().slice(0, 10);
  if (roundTrip !== day.slice(0, 10))
    throw new RangeError(`expected a date such as 2026-12-01, found ${JSON.stringify(text)}`);
  return time;
});

const action = z
  .enum(['block', 'warn', 'off'])
  .describe('block: refuse; warn: serve and log; off: do not ask.');
const scope = {
  action: action.optional(),
  mode: z
    .enum(['enforce', 'dry-run'])
    .optional()
    .describe('dry-run: log and count what would be refused.'),
  index: z
    .enum(['yank', 'hide'])
    .optional()
    .describe('How a project page shows what is refused: yanked with the reason, or left out.'),
  upstreams: z.array(z.string()).optional().describe('Only files from these upstreams.'),
  projects: z.array(nameGlob).optional().describe('Only these projects.'),
  exempt: z.array(nameGlob).optional().describe('Not these projects.'),
};
const plainRule = z.strictObject(scope);

export const rulesSchema = z.strictObject({
  'startup-hook': plainRule.optional().describe('Files that Python would run at every start.'),
  archive: plainRule
    .optional()
    .describe('Archives that two readers could read differently, or that break a limit.'),
  record: plainRule.optional().describe('Wheels whose RECORD does not match their contents.'),
  metadata: plainRule
    .optional()
    .describe('METADATA that says something else than the filename or the sidecar.'),
  cooldown: z
    .strictObject({
      ...scope,
      age: duration.optional().describe('How old an upload must be: 72h, 3d, 2w.'),
    })
    .optional()
    .describe('Files uploaded too short a time ago.'),
  sdist: z
    .strictObject({
      ...scope,
      'without-wheel': z
        .enum(['refuse', 'allow'])
        .optional()
        .describe('allow: an sdist passes where its release has no wheel.'),
    })
    .optional()
    .describe('Source distributions, which run code when they are built.'),
  yanked: plainRule.optional().describe('Files that the index has yanked (PEP 592).'),
  status: z
    .strictObject({
      ...scope,
      statuses: z
        .array(z.string().min(1))
        .optional()
        .describe('The statuses that are refused; archived and quarantined where nothing is said.'),
    })
    .optional()
    .describe('Projects that the index marks as archived or quarantined (PEP 792).'),
});

const denial = z
  .strictObject({
    project: nameGlob.optional(),
    versions: specifier.optional(),
    sha256: sha256.optional().describe('The SHA-256 of an artifact, or of a file inside one.'),
    reason,
    reference: z.string().optional().describe('An advisory: MAL-2026-3083, or a URL.'),
    index: z.enum(['yank', 'hide']).optional(),
  })
  .refine((entry) => entry.project !== undefined || entry.sha256 !== undefined, {
    message: 'a denial needs a project or a sha256',
  })
  .refine((entry) => entry.versions === undefined || entry.project !== undefined, {
    message: 'versions need a project',
    path: ['versions'],
  });

const waiver = z.strictObject({
  rule: z.enum(WAIVABLE_RULES).describe('The one rule that is lifted.'),
  project,
  versions: specifier,
  reason,
  owner: z.string().trim().min(1, 'an owner is needed: somebody to ask').describe('Whom to ask.'),
  expires: expires.describe('The last day on which it holds (UTC).'),
});

const hook = z.strictObject({
  project,
  file: z.string().regex(/^[^/\\]+$/, 'expected the file name alone, as it lands in site-packages'),
  sha256: z.array(sha256).min(1),
});

export const policyFileSchema = z.strictObject({
  mode: z
    .enum(['enforce', 'dry-run'])
    .optional()
    .describe('dry-run: refuse nothing, log and count what would be.'),
  'waiver-max': duration
    .optional()
    .describe('How far ahead a waiver may expire; 90d where nothing is said.'),
  rules: rulesSchema.optional(),
  deny: z.array(denial).nullish().describe('Releases and files that are refused.'),
  allow: z
    .array(z.strictObject({ project: nameGlob, versions: specifier.optional() }))
    .nullish()
    .describe('Where a list is given, nothing else is served.'),
  hooks: z
    .array(hook)
    .nullish()
    .describe('Start-up hooks that are known to be honest, by their exact content.'),
  waivers: z.array(waiver).nullish().describe('Exceptions, each with an owner and an end.'),
});

export type PolicyFile = z.output<typeof policyFileSchema>;
export type Denial = z.output<typeof denial>;
export type WaiverEntry = z.output<typeof waiver>;
export type HookEntry = z.output<typeof hook>;
export type RulesSection = z.output<typeof rulesSchema>;
export type AllowEntry = NonNullable<PolicyFile['allow']>[number];
