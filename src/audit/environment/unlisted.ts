import { type AuditFinding, auditFinding } from '../report.js';
import { isUnchecked, sourceOf } from './bytecode.js';
import type { InstalledDistribution } from './distributions.js';
import type { FileReader } from './file-reader.js';
import { isVirtualenvs } from './hooks.js';
import { below, type SitePath, shownPath } from './site-path.js';
import { unreadableFile } from './unreadable.js';
import type { SiteEntry } from './walk.js';

/** Files that installers and tools write next to RECORD, and may omit from it. */
const BESIDE_RECORD =
  /^(?:RECORD(?:\.jws|\.p7s)?|INSTALLER|REQUESTED|direct_url\.json|uv_cache\.json|uv_build\.json)$/;

/** Texts that Python never reads: CPython's own README, and files that `venv` and others leave at the root. */
const INERT = /^(?:README\.txt|\.gitignore|\.lock)$/;

/** Legacy lists of folders that tools maintain: their lines are inspected like those of any `.pth`. */
const KEPT_BY_TOOLS = /^(?:easy-install\.pth|[^/]+\.egg-link)$/;

/**
 * Files without a RECORD. A folder without a listed file is one finding, so a copied tree does not hide the one file
 * that matters.
 * @param listed all files that a RECORD lists
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
  // A missing RECORD is one finding for the distribution; its metadata folder is not reported again.
  return owner.record === undefined || BESIDE_RECORD.test(below(owner.folder, path) ?? '');
}

/** Bytecode that Python would use regardless of its source. */
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
