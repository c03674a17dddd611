import type { DistributionFilename } from '../domain/distribution-filename.js';
import type { Finding } from '../domain/finding.js';

/** What a list of honest contents speaks of: files that run, or that lead to others. */
export const BY_CONTENT: ReadonlySet<string> = new Set([
  'pth-executable',
  'pth-adds-unclear-folder',
  'start-file',
]);

/**
 * The policy entry, on one line of YAML, that would let a finding through: an honest start-up hook is listed by its
 * content, everything else is waived for one release and for a time.
 */
export function howToWaive(finding: Finding, { project, version }: DistributionFilename): string {
  const { rule, landing, sha256 } = finding;
  if (BY_CONTENT.has(finding.code) && landing !== undefined && sha256 !== undefined)
    return `hooks: [{ project: ${project}, file: ${JSON.stringify(landing)}, sha256: ["${sha256}"] }]`;
  if (project === undefined || version === undefined)
    return 'nothing: without a readable name and version no waiver holds';
  return `waivers: [{ rule: ${rule}, project: ${project}, versions: "==${version}", reason: …, owner: …, expires: … }]`;
}
