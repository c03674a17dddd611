import type { Problem } from '../yaml/problem.js';
import { type LoadOptions, loadPolicy } from './load.js';
import { countWaivers, type WaiverCounts } from './waivers.js';

/** What `wheelgate check` reports. */
export interface PolicyCheck {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** Undefined where there are problems. */
  readonly summary: PolicySummary | undefined;
}

export interface PolicySummary {
  readonly revision: string;
  readonly mode: 'enforce' | 'dry-run';
  /** Entries, those of the shipped policies among them. */
  readonly deny: number;
  readonly allow: number;
  readonly hooks: number;
  readonly waivers: WaiverCounts;
  /** Each rule's action, and whether it only counts. */
  readonly rules: Readonly<Record<string, { readonly action: string; readonly dryRun: boolean }>>;
}

/** Reads policies as `serve` would, and says what they come to. */
export async function checkPolicies(
  paths: readonly string[],
  options: LoadOptions,
): Promise<PolicyCheck> {
  const { policy, meaning, problems, warnings } = await loadPolicy(paths, options);
  if (policy === undefined || meaning === undefined)
    return { problems, warnings, summary: undefined };
  const rules = Object.entries(meaning.rules).map(([rule, { action, mode }]) => [
    rule,
    { action, dryRun: (mode ?? meaning.mode) === 'dry-run' },
  ]);
  return {
    problems,
    warnings,
    summary: {
      revision: policy.revision,
      mode: meaning.mode,
      deny: meaning.deny.length,
      allow: meaning.allow?.length ?? 0,
      hooks: meaning.hooks.length,
      waivers: countWaivers(meaning.waivers, options.now),
      rules: Object.fromEntries(rules),
    },
  };
}
