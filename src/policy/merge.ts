import { createHash } from 'node:crypto';
import type { ProjectGlob } from '../domain/project-glob.js';
import type { SettableRule } from '../domain/rules.js';
import { gentleCodes } from './code-actions.js';
import type { Denial, Hook, PolicyFile, RuleSettings, Waiver } from './schema.js';

const DAY = 86_400_000;

/** What all files together mean, with every default in its place. Plain data. */
export interface PolicyMeaning {
  readonly mode: 'enforce' | 'dry-run';
  /** Milliseconds. */
  readonly waiverMax: number;
  readonly rules: { readonly [Rule in SettableRule]: NonNullable<RuleSettings[Rule]> };
  readonly deny: readonly Denial[];
  /** Undefined where no file has an allow list: then every project is served. */
  readonly allow: readonly ProjectGlob[] | undefined;
  readonly hooks: readonly Hook[];
  readonly waivers: readonly Waiver[];
}

/** What holds where no file says otherwise; `policies/00-default.yaml` shows the same to people. */
const DEFAULT_RULES: PolicyMeaning['rules'] = {
  deny: { action: 'block' },
  'malware-feed': { action: 'block', 'max-age': 3 * DAY, stale: 'warn' },
  'startup-hook': {
    action: 'block',
    ...gentleCodes('startup-hook'),
    templates: ['setuptools-nspkg'],
  },
  archive: { action: 'block', ...gentleCodes('archive') },
  record: { action: 'block', ...gentleCodes('record') },
  metadata: { action: 'block', ...gentleCodes('metadata') },
  attestation: { action: 'warn', require: [], regression: { releases: 3 } },
  allow: { action: 'block' },
  status: { action: 'off', refuse: ['archived', 'quarantined'] },
  sdist: { action: 'off', when: 'always' },
  yanked: { action: 'off' },
  cooldown: { action: 'off', age: 3 * DAY },
};

/**
 * Merges files in their order: lists append, and of a rule's keys, as of `mode` and `waiver-max`, the later
 * file's win. A key that the later file does not name keeps its value; so does a code in `codes`.
 */
export function mergePolicies(files: readonly PolicyFile[]): PolicyMeaning {
  const rules: Record<string, object> = { ...DEFAULT_RULES };
  for (const file of files)
    for (const [rule, settings] of Object.entries(file.rules ?? {}))
      if (settings !== undefined) rules[rule] = mergeRule(rules[rule] ?? {}, settings);
  const last = <Key extends keyof PolicyFile>(key: Key) =>
    files.findLast((file) => file[key] !== undefined)?.[key];
  const allow = files.flatMap((file) => file.allow ?? []).map((entry) => entry.project);
  return {
    mode: last('mode') ?? 'enforce',
    waiverMax: last('waiver-max') ?? 90 * DAY,
    rules: rules as unknown as PolicyMeaning['rules'],
    deny: files.flatMap((file) => file.deny ?? []),
    allow: files.some((file) => file.allow !== undefined) ? allow : undefined,
    hooks: files.flatMap((file) => file.hooks ?? []),
    waivers: files.flatMap((file) => file.waivers ?? []),
  };
}

/** The findings that a rule has actions for are merged one by one, too. */
function mergeRule(before: object, after: object): object {
  const merged = { ...before, ...after };
  return 'codes' in before && 'codes' in after
    ? { ...merged, codes: Object.assign({}, before.codes, after.codes) }
    : merged;
}

/** A short digest of what a policy means: spelling, order of lists and keys, and repetition do not count. */
export function revisionOf(meaning: PolicyMeaning): string {
  return createHash('sha256').update(canonical(meaning)).digest('hex').slice(0, 12);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${[...new Set(value.map(canonical))].sort().join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`);
  return `{${entries.sort().join()}}`;
}
