import { counted, plural } from '../../domain/plural.js';
import { type AuditFinding, auditFinding } from '../report.js';
import type { ClaimedFile } from './claims.js';
import { below, type SitePath, shownPath } from './site-path.js';
import type { SiteEntry } from './walk.js';

/**
 * Distributions with files in a package whose `__init__.py` belongs to another one. Plugins do that, and so do
 * attackers who want their module in a trusted package.
 */
export function findForeignFolders(
  site: SitePath,
  files: ReadonlyMap<SitePath, ClaimedFile>,
): AuditFinding[] {
  const findings = new Map<string, AuditFinding>();
  for (const [path, { claims }] of files) {
    const [top, ...rest] = below(site, path)?.split('/') ?? [];
    if (rest.length === 0) continue;
    const host = files.get(`${site}/${top}/__init__.py` as SitePath)?.claims ?? [];
    if (host.length === 0) continue;
    for (const { owner } of claims) {
      if (host.some((claim) => claim.owner === owner)) continue;
      const key = `${owner.folder}\n${top}`;
      if (findings.has(key)) continue;
      const shown = shownPath(path);
      findings.set(
        key,
        auditFinding(
          'foreign-folder',
          `${owner.label} adds files to ${top}, which belongs to ${host[0]!.owner.label}: ${shown}`,
          { path: shown, project: owner.project, version: owner.version },
        ),
      );
    }
  }
  return [...findings.values()];
}

/** Listed files that are links: uv creates them with `--link-mode symlink`. One note per distribution. */
export function findLinkedFiles(
  entries: readonly SiteEntry[],
  files: ReadonlyMap<SitePath, ClaimedFile>,
): AuditFinding[] {
  const links = new Map<string, { path: SitePath; count: number; claim: ClaimedFile }>();
  for (const { path, kind } of entries) {
    const claim = files.get(path);
    const owner = claim?.claims[0]?.owner;
    if (kind !== 'link' || claim === undefined || owner === undefined) continue;
    const count = (links.get(owner.folder)?.count ?? 0) + 1;
    links.set(owner.folder, { path, count, claim });
  }
  return [...links.values()].map(({ path, count, claim }) => {
    const { label, project, version } = claim.claims[0]!.owner;
    const shown = shownPath(path);
    return auditFinding(
      'file-linked',
      `${label}: ${counted(count, 'file')} installed as ${plural(count, 'a link', 'links')}, such as ${shown}`,
      {
        path: shown,
        project,
        version,
      },
    );
  });
}
