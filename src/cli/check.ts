import { policyFolders } from '../compose.js';
import { type LoadedPolicy, loadPolicy } from '../policy/load.js';
import { formatProblem, type Problem, ProblemsError } from '../yaml/problem.js';
import { EXIT, type Output } from './output.js';

export interface CheckOptions {
  readonly json?: boolean;
}

/** `wheelgate check`: validates policy files as `serve` would; exit code 1 where it would not take them. */
export async function runCheck(
  dir: string | undefined,
  options: CheckOptions,
  out: Output,
): Promise<number> {
  const folders = policyFolders({ policies: dir, shippedPolicies: true });
  let policy: LoadedPolicy | undefined;
  let problems: readonly Problem[] = [];
  try {
    policy = await loadPolicy(folders, { now: Date.now() });
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    problems = error.problems;
  }
  if (options.json === true)
    out.line(JSON.stringify({ ok: policy !== undefined, problems, ...summaryOf(policy) }, null, 2));
  else report(policy, problems, out);
  return policy === undefined ? EXIT.refused : EXIT.fine;
}

function report(policy: LoadedPolicy | undefined, problems: readonly Problem[], out: Output): void {
  for (const problem of problems) out.line(formatProblem(problem));
  if (policy === undefined) return;
  for (const warning of policy.warnings) out.line(`${formatProblem(warning)} (warning)`);
  const { denials, hooks, waivers, files } = summaryOf(policy);
  out.line(
    `ok: ${files?.length} files, ${denials} denials, ${hooks} honest hooks, ${waivers} waivers; revision ${policy.revision}`,
  );
}

function summaryOf(policy: LoadedPolicy | undefined) {
  if (policy === undefined) return {};
  const { merged, revision, warnings, files } = policy;
  return {
    revision,
    warnings,
    files,
    mode: merged.mode,
    denials: merged.deny.length,
    hooks: merged.hooks.length,
    waivers: merged.waivers.length,
  };
}
