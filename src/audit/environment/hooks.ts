import type { Finding } from '../../domain/finding.js';
import type { ProjectName } from '../../domain/project-name.js';
import type { RuleHit } from '../../domain/verdict.js';
import { foldPath } from '../../inspection/archive/member-name.js';
import { moduleAt } from '../../inspection/startup-hooks/module-names.js';
import { isNativeName, nativeModulesAt } from '../../inspection/startup-hooks/native-modules.js';
import { isEditableFinder } from '../../inspection/startup-hooks/owned-modules.js';
import { knownGood } from '../../messages/commands.js';
import { type AuditPolicy, refuses } from '../audit-policy.js';
import { type AuditFinding, auditFinding, hitEvidence } from '../report.js';
import { followPathLine } from './added-folders.js';
import { sourceOf } from './bytecode.js';
import type { InstalledDistribution } from './distributions.js';
import { editableModule, isGeneratedFinder } from './editable-hooks.js';
import type { FileReader } from './file-reader.js';
import { type HookLook, lookAtHook, mayBeHook } from './hook-looks.js';
import type { InstalledRecord } from './installed-record.js';
import { below, type SitePath, shownPath } from './site-path.js';
import type { SiteEntry } from './walk.js';

/** The facts about an environment that the search for hooks needs. */
export interface HookContext {
  readonly site: SitePath;
  readonly reader: FileReader;
  readonly policy: AuditPolicy;
  /** The distributions whose RECORD confirms the present content of a file. */
  readonly owners: (path: SitePath) => Promise<readonly InstalledDistribution[]>;
  /**
   * Projects that are known to ship a hook with this name. During an install a file may not have an owner yet, and is
   * then judged as a file of these projects. If omitted, it has no owner.
   */
  readonly knownFor?: ((filename: string) => readonly ProjectName[]) | undefined;
}

/**
 * The project under which a file is judged. A file without an owner is inspected as such, even if projects are known to
 * ship one with its name.
 */
interface Candidate {
  readonly project: ProjectName | undefined;
  readonly version: string | undefined;
  readonly owner: InstalledDistribution | undefined;
}

/** Longer than any generated module. */
const MODULE_BYTES = 1024 * 1024;

const NOBODY: Candidate = { project: undefined, version: undefined, owner: undefined };

interface Judged {
  readonly candidate: Candidate;
  readonly look: HookLook;
  readonly hits: readonly { readonly finding: Finding; readonly hit: RuleHit | undefined }[];
}

/** Finds the code that this environment's Python runs at its start, and judges each piece by the policy. */
export async function auditHooks(
  entries: readonly SiteEntry[],
  context: HookContext,
): Promise<AuditFinding[]> {
  const findings: AuditFinding[] = [];
  const present = new Set(entries.map(({ path }) => path));
  const natives = nativeModules(entries, context.site);
  for (const entry of entries) {
    const relative = below(context.site, entry.path)!;
    const source = sourceOf(entry.path);
    // The source is judged; the bytecode is compared with it elsewhere.
    if (source !== undefined && present.has(source)) continue;
    // It runs through the `.pth` that imports it, and is judged with that.
    if (isEditableFinder(moduleAt([foldPath(relative)]) ?? '')) continue;
    if (entry.kind === 'link' && (await linksToFolder(entry, context)))
      findings.push(...linkedFolder(entry, relative, context));
    else if (mayBeHook(relative))
      findings.push(...(await auditFile(entry, relative, context, natives)));
  }
  return findings;
}

async function auditFile(
  { path }: SiteEntry,
  relative: string,
  context: HookContext,
  natives: ReadonlySet<string>,
): Promise<AuditFinding[]> {
  const about = { path: shownPath(path) };
  const readings: Judged[] = [];
  for (const candidate of await candidates(path, relative, context)) {
    const { owner } = candidate;
    const files = owner?.record && filesOf(owner.record, context.site);
    const look = await lookAtHook(path, relative, owner?.project, context.reader, files, natives);
    if (look === undefined)
      return [
        auditFinding(
          'startup-hook',
          `${about.path} cannot be read, and may run at start-up`,
          about,
        ),
      ];
    const hits = look.findings.map((finding) => ({
      finding,
      hit: context.policy.hook(candidate, finding),
    }));
    readings.push({ candidate, look, hits });
  }
  const refused = ({ hits }: Judged) => hits.some(({ hit }) => hit !== undefined && refuses(hit));
  const best = readings.find((reading) => !refused(reading)) ?? readings[0]!;
  const findings = await Promise.all(
    best.hits.map(({ finding, hit }) => report(finding, hit, best, path, context)),
  );
  for (const line of best.look.pth?.paths ?? []) {
    if (/^[\\/]{2}/.test(line)) continue;
    const { owner } = best.candidate;
    const { hook, notes } = await followPathLine(line, path, context.site, owner, context.reader);
    findings.push(...notes);
    if (hook !== undefined)
      findings.push(
        await report(hook, context.policy.hook(best.candidate, hook), best, path, context),
      );
  }
  return findings;
}

/** The native modules in a site folder, as their folded paths with slashes. */
function nativeModules(entries: readonly SiteEntry[], site: SitePath): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { path } of entries) {
    if (!isNativeName(path)) continue;
    for (const module of nativeModulesAt(foldPath(below(site, path)!).split('/')))
      found.add(module.join('/'));
  }
  return found;
}

async function candidates(
  path: SitePath,
  relative: string,
  context: HookContext,
): Promise<Candidate[]> {
  const owners = await context.owners(path);
  if (owners.length > 0)
    return owners.map((owner) => ({ project: owner.project, version: owner.version, owner }));
  const as = (project: string): Candidate => ({
    ...NOBODY,
    project: project as ProjectName,
  });
  const others = (context.knownFor?.(relative) ?? []).map(as);
  // virtualenv and uv create these in each environment, without a RECORD.
  return isVirtualenvs(relative) ? [as('virtualenv'), ...others] : [NOBODY, ...others];
}

/** A distribution's files in the site folder, with their names in the wheel. */
function filesOf({ rows }: InstalledRecord, site: SitePath): { readonly path: string }[] {
  return [...rows.keys()].flatMap((path) => below(site, path) ?? []).map((path) => ({ path }));
}

export function isVirtualenvs(relative: string): boolean {
  return /^_virtualenv\.(?:pth|py)$/.test(relative);
}

async function report(
  finding: Finding,
  hit: RuleHit | undefined,
  { candidate, look }: Judged,
  path: SitePath,
  context: HookContext,
): Promise<AuditFinding> {
  const { owner } = candidate;
  const about = {
    path: shownPath(path),
    project: owner?.project,
    version: owner?.version,
    sha256: finding.sha256,
    finding: finding.code,
  };
  const whose = owner === undefined ? '' : ` (${owner.label})`;
  const detail = `${finding.detail}${whose}`;
  if (hit === undefined)
    return owner === undefined && isVirtualenvs(below(context.site, path)!)
      ? auditFinding('virtualenv-hook', `${about.path} is virtualenv's own`, about)
      : auditFinding('startup-hook-known', knownGood(detail), about);
  if (await isEditableHook(finding, owner, look, context))
    return auditFinding('editable-hook', `${detail}: generated for an editable install`, about);
  const code = refuses(hit) ? 'startup-hook' : 'startup-hook-tolerated';
  return auditFinding(code, detail, { ...about, ...hitEvidence(hit) });
}

/**
 * Whether setuptools or the `editables` library writes this line for an editable install, and the imported module is
 * generated and belongs to the same distribution. The name alone proves nothing: a wheel could name its hook
 * `__editable__x.pth` and ship a direct_url.json.
 */
async function isEditableHook(
  finding: Finding,
  owner: InstalledDistribution | undefined,
  { pth }: HookLook,
  { site, owners, reader }: HookContext,
): Promise<boolean> {
  if (finding.code !== 'pth-executable' || pth === undefined) return false;
  if (owner?.direct?.editable !== true) return false;
  const name = editableModule(pth.content);
  if (name === undefined) return false;
  const module = `${site}/${name}.py` as SitePath;
  if (!(await owners(module)).includes(owner)) return false;
  const content = await reader.content(module, MODULE_BYTES);
  return content !== undefined && isGeneratedFinder(content);
}

async function linksToFolder({ path }: SiteEntry, { reader }: HookContext): Promise<boolean> {
  return (await reader.facts(path)).kind === 'folder';
}

/** A link to a folder is not followed; its name alone may show that it runs. */
function linkedFolder(
  { path }: SiteEntry,
  relative: string,
  { policy }: HookContext,
): AuditFinding[] {
  const about = { path: shownPath(path) };
  const findings = [
    auditFinding('folder-linked', `${about.path} is a link to a folder and was not audited`, about),
  ];
  if (!mayBeHook(`${relative}/__init__.py`)) return findings;
  const finding: Finding = {
    code: 'site-customize',
    rule: 'startup-hook',
    detail: `${about.path} links to a folder that every Python start imports`,
    member: shownPath(foldPath(relative)),
  };
  const hit = policy.hook(NOBODY, finding);
  if (hit !== undefined)
    findings.push(
      auditFinding(refuses(hit) ? 'startup-hook' : 'startup-hook-tolerated', finding.detail, {
        ...about,
        finding: finding.code,
        ...hitEvidence(hit),
      }),
    );
  return findings;
}
