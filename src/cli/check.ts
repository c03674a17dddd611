import { existsSync } from 'node:fs';
import { configFileOf, loadUsedConfig } from '../config/load.js';
import { counted } from '../domain/plural.js';
import { checkPolicies, type PolicyCheck } from '../policy/check.js';
import type { WaiverCounts } from '../policy/waivers.js';
import { formatProblem } from '../yaml/problem.js';
import { checkAgainst } from './check-against.js';
import { EXIT, type Output, UsageError } from './output.js';
import { configuredPolicies, type OwnPolicies, policiesInWords } from './own-policy.js';
import { styled } from './words.js';

export interface CheckOptions {
  /** Settings that the policy is checked against, and that name its folder where the argument does not. */
  readonly config?: string;
  /** A decision log to replay under the policy. */
  readonly against?: string;
  readonly json?: boolean;
}

/**
 * `wheelgate check`: validates policy files as `serve` would, and runs the tests next to them. Exit code 1 if the
 * policy is invalid or a test fails.
 */
export async function runCheck(
  named: string | undefined,
  options: CheckOptions,
  out: Output,
): Promise<number> {
  const settings =
    options.config === undefined && named !== undefined
      ? undefined
      : settingsOf(options.config, out);
  const checked: OwnPolicies =
    named === undefined ? settings!.policies : { folder: named, from: undefined };
  const dir = checked.folder;
  if (dir !== undefined && !existsSync(dir)) throw new UsageError(`${dir}: no such file or folder`);
  if (options.against !== undefined)
    return checkAgainst(dir, options.against, options.json === true, out);
  const check = await checkPolicies(dir === undefined ? [] : [dir], {
    now: Date.now(),
    ...settings?.context,
  });
  const ok = check.summary !== undefined && check.tests?.problems.length === 0;
  if (options.json === true) out.json({ ok, policies: dir ?? null, ...check });
  else {
    report(check, out);
    if (named === undefined) out.line(`checked: ${policiesInWords(checked)}`);
  }
  return ok ? EXIT.fine : EXIT.refused;
}

/**
 * The settings that affect a policy: those that `serve` would use here.
 * @throws {ConfigError}
 */
function settingsOf(file: string | undefined, out: Output) {
  const sources = { file, env: process.env, uses: ['policies', 'feed'] as const };
  const { config, unset } = loadUsedConfig(sources);
  const variable = unset.get('upstreams');
  if (variable !== undefined)
    out.problem(
      `the names of upstreams are not checked: the environment variable ${variable} is not set`,
    );
  return {
    policies: configuredPolicies(config.policies, configFileOf(sources)),
    context: {
      hasFeed: config.feed.url !== undefined,
      ...(variable === undefined && { upstreams: config.upstreams.map(({ name }) => name) }),
    },
  };
}

function report({ problems, warnings, summary, tests }: PolicyCheck, out: Output): void {
  for (const problem of problems) out.line(formatProblem(problem));
  for (const warning of warnings)
    out.line(formatProblem(warning), ' ', styled('warning', '(warning)'));
  if (summary === undefined) {
    const also = warnings.length === 0 ? '' : `, ${counted(warnings.length, 'warning')}`;
    out.line(styled('bad', `not ok: ${counted(problems.length, 'mistake')}${also}`));
    return;
  }
  const { deny, hooks, waivers, mode, revision } = summary;
  const counts = [
    counted(deny, 'denial'),
    counted(hooks, 'known-good hook'),
    ...waiversIn(waivers),
  ].join(', ');
  const failed = tests?.problems ?? [];
  for (const problem of failed) out.line(formatProblem(problem));
  const word = failed.length === 0 ? styled('good', 'ok') : styled('bad', 'not ok');
  out.line(word, `: ${counts}, mode ${mode}, revision ${revision}`);
  if (tests === undefined || (tests.count === 0 && failed.length === 0)) return;
  const invalid = failed.length - tests.failed;
  const mistakes = invalid === 0 ? [] : [`${counted(invalid, 'mistake')} in test files`];
  const results =
    tests.failed === 0 ? [] : [`${tests.failed} of ${counted(tests.count, 'test')} failed`];
  out.line(
    failed.length === 0
      ? `${counted(tests.count, 'test')}: all hold`
      : styled('bad', [...results, ...mistakes].join(', ')),
  );
}

/** Counts active waivers, the active ones that expire soon, and the expired ones. */
function waiversIn({ active, expiring, expired }: WaiverCounts): string[] {
  const soon = expiring === 0 ? '' : ` (${expiring} expiring within a week)`;
  const inForce = `${counted(active + expiring, 'waiver')}${soon}`;
  return expired === 0 ? [inForce] : [inForce, counted(expired, 'expired waiver')];
}
