import { createHash } from 'node:crypto';
import { SETTABLE_RULES, type SettableRule } from '../domain/rules.js';
import type { PolicyLists, Waiver } from './entries.js';
import { SETTABLE } from './rules/index.js';
import type { PolicyFile } from './schema.js';
import { DAY } from './terms.js';

/** The merged meaning of all files, with all defaults. Plain data. */
export interface PolicyMeaning extends PolicyLists {
  readonly mode: 'enforce' | 'dry-run';
  /** Milliseconds. */
  readonly waiverMax: number;
  readonly rules: { readonly [Id in SettableRule]: (typeof SETTABLE)[Id]['defaults'] };
  readonly waivers: readonly Waiver[];
}

/**
 * Merges files in their order: lists append, and for a rule's keys, `mode` and `waiver-max`, the later file wins. A key
 * or a code in `codes` that the later file omits keeps its value.
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

/** A rule's actions per finding are also merged one by one. */
function mergeRule(before: object, after: object): object {
  const merged = { ...before, ...after };
  return 'codes' in before && 'codes' in after
    ? { ...merged, codes: Object.assign({}, before.codes, after.codes) }
    : merged;
}

/** A short digest of a policy's meaning: spelling, order of lists and keys, and duplicates do not count. */
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
