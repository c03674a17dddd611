import { readdir } from 'node:fs/promises';
import type { ProjectName } from '../../domain/project-name.js';
import { foldPath } from '../../inspection/archive/member-name.js';
import { isCustomize } from '../../inspection/startup-hooks/powerful-names.js';
import type { AuditPolicy } from '../audit-policy.js';
import { type ClaimedFile, vouches } from '../environment/claims.js';
import type { FileReader } from '../environment/file-reader.js';
import { auditHooks } from '../environment/hooks.js';
import { below, osPath, type SitePath } from '../environment/site-path.js';
import { listSite, type SiteEntry } from '../environment/walk.js';
import type { AuditFinding } from '../report.js';

/** Whether a path directly in a site folder may run at the next start, by its name. */
export function isUrgent(site: SitePath, path: SitePath): boolean {
  const [top = '', ...rest] = below(site, path)?.split('/') ?? [];
  const name = foldPath(top);
  if (rest.length === 0 && /\.(?:pth|start)$/.test(name)) return true;
  return isCustomize([name]) || isCustomize([name, 'x']);
}

/**
 * Checks only the code that runs at the next start: fast enough for every notification.
 * @param claimed the result of the last full scan; a file that has changed since has no owner
 */
export async function lookAtHooks(
  site: SitePath,
  claimed: ReadonlyMap<SitePath, ClaimedFile>,
  policy: AuditPolicy,
  reader: FileReader,
  knownFor: (filename: string) => readonly ProjectName[],
): Promise<AuditFinding[]> {
  return await auditHooks(await urgentEntries(site), {
    site,
    reader,
    policy,
    knownFor,
    owners: async (path) => {
      const facts = await reader.facts(path);
      const claims = claimed.get(path)?.claims ?? [];
      return claims.filter(({ row }) => vouches(row, facts)).map(({ owner }) => owner);
    },
  });
}

async function urgentEntries(site: SitePath): Promise<SiteEntry[]> {
  const children = await readdir(osPath(site), { withFileTypes: true, encoding: 'buffer' }).catch(
    () => [],
  );
  const entries: SiteEntry[] = [];
  for (const child of children) {
    const path = `${site}/${child.name.toString('latin1')}` as SitePath;
    if (!isUrgent(site, path)) continue;
    if (child.isDirectory()) entries.push(...(await listSite(path)).entries);
    else entries.push({ path, kind: child.isSymbolicLink() ? 'link' : 'file' });
  }
  return entries;
}
