import { type AuditFinding, auditFinding } from '../report.js';
import { isUnchecked, sourceOf } from './bytecode.js';
import type { InstalledDistribution } from './distributions.js';
import type { FileReader } from './file-reader.js';
import { isVirtualenvs } from './hooks.js';
import { below, type SitePath, shownPath } from './site-path.js';
import { unreadableFile } from './unreadable.js';
import type { SiteEntry } from './walk.js';

/** What installers and tools write beside RECORD, and may leave out of it. */
const BESIDE_RECORD =
  /^(?:RECORD(?:\.jws|\.p7s)?|INSTALLER|REQUESTED|direct_url\.json|uv_cache\.json|uv_build\.json)$/;

/** Texts that no Python reads: CPython's own README, and what `venv` and others leave at the root. */
const INERT = /^(?:README\.txt|\.gitignore|\.lock)$/;

/** Old lists of folders that tools keep up to date by themselves: their lines are looked at as any `.pth`'s. */
const KEPT_BY_TOOLS = /^(?:easy-install\.pth|[^/]+\.egg-link)$/;

/**
 * Files that no RECORD lists. A folder without a single listed file is one finding, so that a copied tree
 * does not bury the one file that matters.
 * @param listed every file that some RECORD lists
 */
export function findUnlisted(
  site: SitePath,
  entries: readonly SiteEntry[],
  listed: ReadonlySet<SitePath>,
  distributions: readonly InstalledDistribution[],
): { readonly findings: AuditFinding[]; readonly files: SiteEntry[] } {
  const files = entries.filter(
    ({ path }) => !listed.has(path) && !isExplained(path, site, listed, distributions),
  );
  const topOf = (path: SitePath) => below(site, path)!.split('/')[0]!;
  const owned = new Set([...listed].filter((path) => below(site, path)).map(topOf));
  const findings: AuditFinding[] = [];
  const folders = new Map<string, number>();
  for (const { path, kind } of files) {
    const shown = shownPath(path);
    const top = topOf(path);
    if (kind === 'special')
      findings.push(
        auditFinding('special-file', `${shown} is not a regular file`, { path: shown }),
      );
    else if (owned.has(top) || top === '__pycache__' || below(site, path) === top)
      findings.push(auditFinding('file-unlisted', `${shown} is in no RECORD`, { path: shown }));
    else folders.set(top, (folders.get(top) ?? 0) + 1);
  }
  for (const [top, count] of folders) {
    const path = shownPath(`${site}/${top}`);
    const what = count === 1 ? 'its file' : `each of its ${count} files`;
    findings.push(auditFinding('folder-unlisted', `${path}: ${what} is in no RECORD`, { path }));
  }
  return { findings, files };
}

function isExplained(
  path: SitePath,
  site: SitePath,
  listed: ReadonlySet<SitePath>,
  distributions: readonly InstalledDistribution[],
): boolean {
  const relative = below(site, path)!;
  if (INERT.test(relative) || KEPT_BY_TOOLS.test(relative) || isVirtualenvs(relative)) return true;
  const source = sourceOf(path);
  if (source !== undefined) return listed.has(source) || isVirtualenvs(below(site, source) ?? '');
  const top = relative.split('/')[0]!;
  if (!/\.(?:dist-info|egg-info|egg)$/i.test(top)) return false;
  const owner = distributions.find(
    ({ folder }) => below(folder, path) !== undefined || folder === path,
  );
  if (owner === undefined) return false;
  // Without a RECORD there is one finding for the distribution; its metadata folder is not counted again.
  return owner.record === undefined || BESIDE_RECORD.test(below(owner.folder, path) ?? '');
}

/** Bytecode that Python would take whatever its source says. */
export async function findUncheckedBytecode(
  entries: readonly SiteEntry[],
  reader: FileReader,
  each: <T>(items: readonly T[], work: (item: T) => Promise<void>) => Promise<void>,
): Promise<AuditFinding[]> {
  const findings: AuditFinding[] = [];
  await each(
    entries.filter(({ path, kind }) => kind !== 'special' && sourceOf(path) !== undefined),
    async ({ path }) => {
      const facts = await reader.facts(path);
      if (facts.kind === 'unreadable') findings.push(unreadableFile(path, facts.why));
      if (!isUnchecked(facts)) return;
      const shown = shownPath(path);
      findings.push(
        auditFinding('bytecode-unchecked', `${shown} runs without a check of its source`, {
          path: shown,
        }),
      );
    },
  );
  return findings;
}
