import type { PolicyMeaning } from './merge.js';

const STRENGTH = { off: 0, warn: 1, block: 2 } as const;

/** The refusals of a policy that its successor no longer has, as far as a comparison shows: a clause each. */
export function weakened(before: PolicyMeaning, after: PolicyMeaning): string[] {
  const kept = new Set(after.deny.map(denialOf));
  const gone = before.deny.map(denialOf).filter((denial) => !kept.has(denial));
  const clauses = gone.map((denial) => `no longer denied: ${denial}`);
  if (before.mode === 'enforce' && after.mode === 'dry-run') clauses.push('mode: dry-run');
  if (before.allow !== undefined && after.allow === undefined)
    clauses.push('the allow list was removed');
  for (const [rule, { action, mode }] of Object.entries(before.rules)) {
    const now = after.rules[rule as keyof PolicyMeaning['rules']];
    if (STRENGTH[now.action] < STRENGTH[action]) clauses.push(`${rule}: ${now.action}`);
    else if (mode !== 'dry-run' && now.mode === 'dry-run') clauses.push(`${rule}: dry-run`);
  }
  return clauses;
}

/** Identifies a denial by its targets, regardless of its reason: a reworded denial is the same. */
function denialOf({ project, versions, sha256 }: PolicyMeaning['deny'][number]): string {
  if (project === undefined) return `sha256 ${sha256}`;
  return [project, versions ?? '', ...(sha256 === undefined ? [] : [`sha256 ${sha256}`])]
    .join(' ')
    .trim();
}
