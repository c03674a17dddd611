import { createHash } from 'node:crypto';
import { SETTABLE_RULES, type SettableRule } from '../domain/rules.js';
import type { PolicyLists, Waiver } from './entries.js';
import { SETTABLE } from './rules/index.js';
import type { PolicyFile } from './schema.js';
import { DAY } from './terms.js';

/** What all files together mean, with every default in its place. Plain data. */
export interface PolicyMeaning extends PolicyLists {
  readonly mode: 'enforce' | 'dry-run';
  /** Milliseconds. */
  readonly waiverMax: number;
  readonly rules: { readonly [Id in SettableRule]: (typeof SETTABLE)[Id]['defaults'] };
  readonly waivers: readonly Waiver[];
}

/**
 * Merges files in their order: lists append, and of a rule's keys, as of `mode` and `waiver-max`, the later
 * file's win. A key that the later file does not name keeps its value; so does a code in `codes`.
 */
export function mergePolicies(files: readonly PolicyFile[]): PolicyMeaning {
  const rules = SETTABLE_RULES.map((id) => {
    const said = files.map((file) => file.rules?.[id] ?? {});
    return [id, said.reduce(mergeRule, SETTABLE[id].defaults)] as const;
  });
  const last = <Key extends keyof PolicyFile>(key: Key) =>
    files.findLast((file) => file[key] !== undefined)?.[key];
  const allow = files.flatMap((file) => file.allow ?? []).map((entry) => entry.project);
  return {
    mode: last('mode') ?? 'enforce',
    waiverMax: last('waiver-max') ?? 90 * DAY,
    rules: Object.fromEntries(rules) as PolicyMeaning['rules'],
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
  const entries = Object.entries(value).flatMap(([key, part]) => {
    const text = canonical(part);
    // A rule's `codes` without any are as good as no word of them.
    return part === undefined || text === '{}' ? [] : `${JSON.stringify(key)}:${text}`;
  });
  return `{${entries.sort().join()}}`;
}
