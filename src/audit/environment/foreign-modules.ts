import { foldPath } from '../../inspection/archive/member-name.js';
import { BroughtModules } from '../../inspection/startup-hooks/brought-modules.js';
import { ownerOf } from '../../inspection/startup-hooks/owned-modules.js';
import { type AuditPolicy, refuses } from '../audit-policy.js';
import { type AuditFinding, auditFinding, hitEvidence } from '../report.js';
import type { InstalledDistribution } from './distributions.js';
import { below, type SitePath, shownPath } from './site-path.js';

/** Distributions with a module that a known-good start-up hook of another project imports. */
export function findForeignModules(
  site: SitePath,
  distributions: readonly InstalledDistribution[],
  policy: AuditPolicy,
): AuditFinding[] {
  return distributions.flatMap(({ record, project, version, label, folder }) => {
    const modules = new BroughtModules();
    for (const path of record?.rows.keys() ?? []) {
      const relative = below(site, path);
      if (relative !== undefined) modules.see(foldPath(relative).split('/'));
    }
    // Files of these projects are reported individually.
    const names = modules.names.filter((name) => ownerOf(name) === undefined);
    const hit = policy.modules({ project, version }, names, modules.cut);
    if (hit === undefined) return [];
    const about = { path: shownPath(folder), project, version, ...hitEvidence(hit) };
    const code = refuses(hit) ? 'startup-hook' : 'startup-hook-tolerated';
    return [auditFinding(code, `${label}: ${hit.reason}`, about)];
  });
}
