import type { Sha256 } from '../../domain/digest.js';
import { type AuditPolicy, type KnownRelease, refuses } from '../audit-policy.js';
import { releaseFinding } from '../release-finding.js';
import { type AuditFinding, auditFinding, hitEvidence } from '../report.js';
import type { ClaimedFile } from './claims.js';
import type { InstalledDistribution } from './distributions.js';
import { type SitePath, shownPath } from './site-path.js';

/** The policy's verdicts on the installed releases, by name and version. */
export function judgeInstalled(
  distributions: readonly InstalledDistribution[],
  policy: AuditPolicy,
): AuditFinding[] {
  return distributions.flatMap((distribution) => {
    const about = aboutOf(distribution);
    const findings = policy
      .release(knownOf(distribution))
      // The upload time of an installed release is not recorded.
      .filter(({ rule }) => rule !== 'cooldown')
      .map((hit) => releaseFinding(hit, about));
    if (distribution.direct?.editable === true)
      findings.push(
        auditFinding(
          'editable-install',
          `${distribution.label} is an editable install of ${distribution.direct.url}`,
          about,
        ),
      );
    return findings;
  });
}

/** Files with denied content, individually. */
export function judgeContents(
  distributions: readonly InstalledDistribution[],
  files: ReadonlyMap<SitePath, ClaimedFile>,
  nobodys: ReadonlyMap<SitePath, Sha256>,
  policy: AuditPolicy,
): AuditFinding[] {
  const digests = new Map<InstalledDistribution | undefined, [SitePath, Sha256][]>();
  digests.set(undefined, [...nobodys]);
  for (const [path, { facts, claims }] of files) {
    if (facts.kind !== 'file') continue;
    for (const { owner } of claims) {
      const own = digests.get(owner);
      if (own === undefined) digests.set(owner, [[path, facts.sha256]]);
      else own.push([path, facts.sha256]);
    }
  }
  return [undefined, ...distributions].flatMap((owner) => {
    const known = owner === undefined ? NOBODYS : knownOf(owner);
    const own = digests.get(owner) ?? [];
    const all = own.map(([, sha256]) => sha256);
    if (policy.contents(known, all) === undefined) return [];
    // The rule only reports that there is one, so each file is checked to find it.
    return own.flatMap(([path, sha256]) => {
      const hit = policy.contents(known, [sha256]);
      if (hit === undefined) return [];
      const shown = shownPath(path);
      return [
        auditFinding(
          refuses(hit) ? 'file-denied' : 'release-tolerated',
          `${shown}: ${hit.reason}`,
          { ...(owner && aboutOf(owner)), path: shown, sha256, ...hitEvidence(hit) },
        ),
      ];
    });
  });
}

const NOBODYS: KnownRelease = { project: undefined, version: undefined };

function knownOf({ project, version, artifact }: InstalledDistribution): KnownRelease {
  return { project, version, sha256: artifact };
}

function aboutOf({ folder, project, version }: InstalledDistribution) {
  return { path: shownPath(folder), project, version };
}
