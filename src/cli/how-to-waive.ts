import type { DistributionFilename } from '../domain/distribution-filename.js';
import type { Finding } from '../domain/finding.js';

/**
 * The policy entry, on one line of YAML, that would let a finding through: an honest start-up hook is listed by its
 * content, everything else is waived for one release and for a time.
 */
export function howToWaive(finding: Finding, { project, version }: DistributionFilename): string {
  const { rule, landing, sha256 } = finding;
  if (finding.code === 'pth-executable' && landing !== undefined && sha256 !== undefined)
    return `hooks: [{ project: ${project}, file: ${JSON.stringify(landing)}, sha256: ["${sha256}"] }]`;
  if (project === undefined || version === undefined)
    return 'nothing: without a readable name and version no waiver holds';
  return `waivers: [{ rule: ${rule}, project: ${project}, versions: "==${version}", reason: …, owner: …, expires: … }]`;
}
