import type { RuleHit } from '../domain/verdict.js';
import { refuses } from './audit-policy.js';
import { type AuditFinding, auditFinding, hitEvidence } from './report.js';

/** The policy's verdict on a release, as a finding; it includes the reason why a release is allowed nevertheless. */
export function releaseFinding(
  hit: RuleHit,
  about: Parameters<typeof auditFinding>[2],
): AuditFinding {
  const code = refuses(hit) ? 'release-refused' : 'release-tolerated';
  const why =
    hit.waiver !== undefined
      ? `${hit.reason}; waived by ${hit.waiver.owner}`
      : hit.dryRun
        ? `${hit.reason}; in dry-run`
        : hit.reason;
  return auditFinding(code, why, { ...about, ...hitEvidence(hit) });
}
