import type { Sha256 } from '../../domain/digest.js';
import { counted } from '../../domain/plural.js';
import type { ProjectName } from '../../domain/project-name.js';
import type { AuditPolicy } from '../audit-policy.js';
import { type AuditFinding, type AuditReport, auditFinding, inOrder } from '../report.js';
import { ClaimChecker, type ClaimedFile } from './claims.js';
import { type InstalledDistribution, readDistributions } from './distributions.js';
import { FileReader } from './file-reader.js';
import { findForeignFolders, findLinkedFiles } from './foreign.js';
import { findForeignModules } from './foreign-modules.js';
import { auditHooks } from './hooks.js';
import type { Environment } from './locate.js';
import { forEachAtOnce } from './pool.js';
import { judgeContents, judgeInstalled } from './releases.js';
import { type SitePath, shownPath } from './site-path.js';
import { findUncheckedBytecode, findUnlisted } from './unlisted.js';
import {
  eachUnreadableOnce,
  unclearOwners,
  unreadableFile,
  unreadableFolder,
} from './unreadable.js';
import { listSite, type SiteEntry, type SiteListing } from './walk.js';

export interface EnvironmentAuditOptions {
  /** Caches digests between audits; a new one by default. */
  readonly reader?: FileReader;
  /** See `HookContext.knownFor`. */
  readonly knownFor?: (filename: string) => readonly ProjectName[];
  readonly onProgress?: (text: string) => void;
}

export interface EnvironmentAudit {
  readonly report: AuditReport;
  /** One per site folder, in the environment's order. */
  readonly listings: readonly SiteListing[];
  readonly distributions: readonly InstalledDistribution[];
  /** All files listed in a RECORD. */
  readonly claimed: ReadonlyMap<SitePath, ClaimedFile>;
}

interface Site {
  readonly path: SitePath;
  readonly listing: SiteListing;
  readonly distributions: readonly InstalledDistribution[];
  readonly unread: boolean;
}

/** Audits all site folders of an environment. Only reads; never runs its code. */
export async function auditEnvironment(
  environment: Environment,
  policy: AuditPolicy,
  { reader = new FileReader(), knownFor, onProgress }: EnvironmentAuditOptions = {},
): Promise<EnvironmentAudit> {
  const findings: AuditFinding[] = [];
  const sites: Site[] = [];
  for (const path of environment.sites) {
    onProgress?.(`listing ${shownPath(path)}`);
    const listing = await listSite(path);
    const {
      distributions,
      findings: odd,
      unread,
    } = await readDistributions(path, listing, reader, environment.prefix === undefined);
    sites.push({ path, listing, distributions, unread });
    findings.push(...listing.unreadable.map((one) => unreadableFolder(one.path, one.why)), ...odd);
  }
  const distributions = sites.flatMap((site) => site.distributions);
  const entries = sites.flatMap(({ listing }) => listing.entries);

  onProgress?.(`comparing ${counted(entries.length, 'file')} with RECORD`);
  const claims = new ClaimChecker(reader, environment.sites, environment.prefix);
  await claims.check(distributions, forEachAtOnce);
  findings.push(...claims.findings);

  const listed = new Set(claims.files.keys());
  const nobodys = new Map<SitePath, Sha256>();
  for (const site of sites) {
    const plain = await withoutLinkedFolders(site.listing.entries, reader);
    const unlisted = findUnlisted(site.path, plain, listed, distributions);
    if (site.unread && unlisted.files.length > 0)
      findings.push(unclearOwners(site.path, unlisted.files.length));
    else findings.push(...unlisted.findings);
    await forEachAtOnce(unlisted.files, async ({ path, kind }) => {
      const facts = kind === 'special' ? undefined : await reader.facts(path);
      if (facts?.kind === 'file') nobodys.set(path, facts.sha256);
      else if (facts?.kind === 'unreadable') findings.push(unreadableFile(path, facts.why));
    });
    const { path, listing } = site;
    const owners = async (file: SitePath) => claims.owners(file);
    findings.push(
      ...(await auditHooks(listing.entries, { site: path, reader, policy, owners, knownFor })),
      ...(await findUncheckedBytecode(listing.entries, reader, forEachAtOnce)),
      ...findForeignFolders(path, claims.files),
      ...findForeignModules(path, distributions, policy),
    );
  }
  findings.push(
    ...judgeInstalled(distributions, policy),
    ...judgeContents(distributions, claims.files, nobodys, policy),
    ...findLinkedFiles(entries, claims.files),
  );
  if (environment.systemPackages)
    findings.push(
      auditFinding('system-packages', `${environment.path} uses the packages of its base Python`),
    );
  return {
    report: {
      kind: 'environment',
      path: environment.path,
      format: environment.format,
      policy: policy.revision,
      counts: {
        siteFolders: sites.length,
        distributions: distributions.length,
        files: entries.length,
        listed: listed.size,
      },
      findings: inOrder(eachUnreadableOnce(findings)),
    },
    listings: sites.map(({ listing }) => listing),
    distributions,
    claimed: claims.files,
  };
}

/** Links to folders are reported with the hooks. */
async function withoutLinkedFolders(
  entries: readonly SiteEntry[],
  reader: FileReader,
): Promise<SiteEntry[]> {
  const folders = new Set<SiteEntry>();
  for (const entry of entries)
    if (entry.kind === 'link' && (await reader.facts(entry.path)).kind === 'folder')
      folders.add(entry);
  return entries.filter((entry) => !folders.has(entry));
}
