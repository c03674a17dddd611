import type { Verdict } from '../domain/verdict.js';
import { howToWaive, howToWaiveRule } from '../policy/how-to-waive.js';
import type { Facts } from './explain-verdict.js';

/** A file with more findings than that is not let through by a line of policy for each. */
const MAX_WAYS = 5;

/**
 * The policy entries, each on one line of YAML, that would allow a refused file, as `wheelgate inspect` names them.
 * @returns an empty list if the file is not refused, or the refusal cannot be lifted
 */
export function waysThrough(
  { subject, inspection }: Pick<Facts, 'subject' | 'inspection'>,
  { outcome, hits }: Verdict,
): readonly string[] {
  if (outcome !== 'block') return [];
  const ways = hits
    .filter(({ action, waiver, dryRun }) => action === 'block' && waiver === undefined && !dryRun)
    .flatMap(({ rule }) => {
      const findings = (inspection?.findings ?? []).filter((finding) => finding.rule === rule);
      return findings.length > 0
        ? findings.map((finding) => howToWaive(finding, subject))
        : howToWaiveRule(rule, subject);
    });
  return [...new Set(ways)].slice(0, MAX_WAYS);
}
