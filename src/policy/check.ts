import type { Problem } from '../yaml/problem.js';
import { type Expectations, runExpectations } from './expectations/run-expectations.js';
import { type LoadOptions, loadPolicy } from './load.js';
import type { Policy } from './policy.js';
import { shippedPolicies } from './shipped.js';
import { countWaivers, type WaiverCounts } from './waivers.js';

/** The report of `wheelgate check`. */
export interface PolicyCheck {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** Undefined if there are problems. */
  readonly summary: PolicySummary | undefined;
  /** The results of the tests next to it; undefined if there are problems. */
  readonly tests: Expectations | undefined;
}

export interface PolicySummary {
  readonly revision: string;
  readonly mode: 'enforce' | 'dry-run';
  /** Number of entries, including those of the shipped policies. */
  readonly deny: number;
  readonly allow: number;
  readonly hooks: number;
  readonly waivers: WaiverCounts;
  /** Each rule's action, and whether it only counts. */
  readonly rules: Readonly<Record<string, { readonly action: string; readonly dryRun: boolean }>>;
}

/** Reads policies as `serve` would, summarizes them, and runs the tests next to them. */
export async function checkPolicies(
  paths: readonly string[],
  options: LoadOptions,
): Promise<PolicyCheck> {
  const { policy, meaning, problems, warnings } = await loadPolicy(paths, options);
  if (policy === undefined || meaning === undefined)
    return { problems, warnings, summary: undefined, tests: undefined };
  const rules = Object.entries(meaning.rules).map(([rule, { action, mode }]) => [
    rule,
    { action, dryRun: (mode ?? meaning.mode) === 'dry-run' },
  ]);
  return {
    problems,
    warnings,
    tests: await testsBeside(paths, policy, options),
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

/**
 * The tests of the shipped policies run only without other policies, because another policy may change their results.
 */
async function testsBeside(
  paths: readonly string[],
  policy: Policy,
  { shipped = shippedPolicies(), now }: LoadOptions,
): Promise<Expectations> {
  const folders = paths.length === 0 ? [shipped] : paths;
  const all = await Promise.all(folders.map((folder) => runExpectations(folder, policy, now)));
  return {
    count: all.reduce((sum, { count }) => sum + count, 0),
    failed: all.reduce((sum, { failed }) => sum + failed, 0),
    problems: all.flatMap(({ problems }) => problems),
  };
}
