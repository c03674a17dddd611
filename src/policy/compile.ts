import { createHash } from 'node:crypto';
import type { ProjectName } from '../domain/project-name.js';
import { type CompiledPolicy, hookKey, type RuleSettings } from './compiled.js';
import { DenyIndex } from './deny-index.js';
import type { Denial, HookEntry, PolicyFile, RulesSection, WaiverEntry } from './schema.js';

/** All files of a policy as one: lists follow one another, a later file's word about a rule's key counts. */
export interface MergedPolicy {
  readonly mode: 'enforce' | 'dry-run';
  /** Milliseconds. */
  readonly waiverMax: number;
  readonly rules: RulesSection;
  readonly deny: readonly Denial[];
  readonly allow: PolicyFile['allow'];
  readonly hooks: readonly HookEntry[];
  readonly waivers: readonly WaiverEntry[];
}

const DAY = 86_400_000;

export function mergePolicies(files: readonly PolicyFile[]): MergedPolicy {
  const rules: Record<string, object> = {};
  for (const file of files)
    for (const [rule, settings] of Object.entries(file.rules ?? {}))
      rules[rule] = { ...rules[rule], ...settings };
  const allow = files.flatMap((file) => file.allow ?? []);
  const hasAllow = files.some((file) => Array.isArray(file.allow));
  return {
    mode: files.findLast((file) => file.mode !== undefined)?.mode ?? 'enforce',
    waiverMax:
      files.findLast((file) => file['waiver-max'] !== undefined)?.['waiver-max'] ?? 90 * DAY,
    rules: rules as RulesSection,
    deny: files.flatMap((file) => file.deny ?? []),
    allow: hasAllow ? allow : undefined,
    hooks: files.flatMap((file) => file.hooks ?? []),
    waivers: files.flatMap((file) => file.waivers ?? []),
  };
}

type Scope = NonNullable<RulesSection['archive']>;

/** Arranges a policy for look-ups. What no file sets has the default that stands here. */
export function compilePolicy(merged: MergedPolicy): CompiledPolicy {
  const { rules, mode } = merged;
  const settings = (scope: Scope | undefined, action: RuleSettings['action']): RuleSettings => ({
    action: scope?.action ?? action,
    dryRun: mode === 'dry-run' || scope?.mode === 'dry-run',
    index: scope?.index ?? 'yank',
    upstreams: scope?.upstreams,
    projects: scope?.projects,
    exempt: scope?.exempt ?? [],
  });
  const listed = settings(undefined, 'block');
  const waivers = new Map<ProjectName, WaiverEntry[]>();
  for (const waiver of merged.waivers)
    waivers.set(waiver.project, [...(waivers.get(waiver.project) ?? []), waiver]);
  return {
    revision: revisionOf(merged),
    rules: {
      // Bytes that cannot be checked are not served in dry-run either.
      integrity: { ...listed, dryRun: false },
      deny: listed,
      allow: listed,
      'startup-hook': settings(rules['startup-hook'], 'block'),
      archive: settings(rules.archive, 'block'),
      record: settings(rules.record, 'block'),
      metadata: settings(rules.metadata, 'block'),
      cooldown: { ...settings(rules.cooldown, 'off'), age: rules.cooldown?.age ?? 3 * DAY },
      sdist: {
        ...settings(rules.sdist, 'off'),
        withoutWheel: rules.sdist?.['without-wheel'] ?? 'refuse',
      },
      yanked: settings(rules.yanked, 'off'),
      status: {
        ...settings(rules.status, 'off'),
        statuses: rules.status?.statuses ?? ['archived', 'quarantined'],
      },
    },
    deny: new DenyIndex(merged.deny),
    allow: merged.allow ?? undefined,
    hooks: new Set(
      merged.hooks.flatMap(({ project, file, sha256 }) =>
        sha256.map((digest) => hookKey(project, file, digest)),
      ),
    ),
    waivers,
  };
}

/** Equal meaning, equal revision: comments, order of keys and layout of the files play no part. */
function revisionOf(merged: MergedPolicy): string {
  const text = JSON.stringify(merged, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    if ('text' in value && 'matches' in value) return value.text;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
