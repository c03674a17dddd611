import type { Sha256 } from '../../domain/digest.js';
import { type ProjectName, parseProjectName } from '../../domain/project-name.js';
import { parseVersion, sameVersion } from '../../domain/version.js';
import { Held } from '../../inspection/archive/content.js';
import { parseHeaders } from '../../inspection/wheel/metadata.js';
import { type AuditFinding, auditFinding } from '../report.js';
import { type DirectUrl, readDirectUrl } from './direct-url.js';
import type { FileReader } from './file-reader.js';
import { type InstalledRecord, readInstalledRecord } from './installed-record.js';
import { below, type SitePath, shownPath } from './site-path.js';
import { unreadableFile } from './unreadable.js';
import type { SiteListing } from './walk.js';

/** A distribution as it is installed: a `.dist-info` folder, or an `.egg-info` of older days. */
export interface InstalledDistribution {
  readonly folder: SitePath;
  readonly project: ProjectName;
  /** PEP 440's normal form; undefined where its metadata have none. */
  readonly version: string | undefined;
  /** For people: `requests 2.32.3`. */
  readonly label: string;
  /** Undefined where there is none, or it cannot be trusted: then it vouches for no file. */
  readonly record: InstalledRecord | undefined;
  /** Where it was installed from, if not from an index (PEP 610). */
  readonly direct: DirectUrl | undefined;
  readonly artifact: Sha256 | undefined;
}

export interface InstalledDistributions {
  readonly distributions: readonly InstalledDistribution[];
  readonly findings: readonly AuditFinding[];
  /** Whether some RECORD could not be read: then a file that none lists may be its. */
  readonly unread: boolean;
}

const INFO = /^[^/]+\.(?:dist-info|egg-info)(?=\/|$)|^[^/]+\.egg\/EGG-INFO(?=\/)/i;

/**
 * Reads every distribution of a site folder, and says what is wrong with how they are recorded.
 * @param flat see `readInstalledRecord`
 */
export async function readDistributions(
  site: SitePath,
  listing: SiteListing,
  reader: FileReader,
  flat: boolean,
): Promise<InstalledDistributions> {
  const findings: AuditFinding[] = [];
  const distributions: InstalledDistribution[] = [];
  let unread = listing.unreadable.some(({ path }) => INFO.test(below(site, path) ?? ''));
  for (const [name, files] of infoFolders(site, listing)) {
    const info = new InfoFolder(site, name, files, reader, findings, flat);
    const distribution = await info.read();
    unread ||= info.recordUnread;
    if (distribution !== undefined) distributions.push(distribution);
  }
  findings.push(...twice(distributions));
  return { distributions, findings, unread };
}

/** The metadata folders (or single files, for distutils' egg-info), each with the files in it. */
function infoFolders(site: SitePath, { entries }: SiteListing): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>();
  for (const { path, kind } of entries) {
    if (kind === 'special') continue;
    const relative = below(site, path)!;
    const [name] = INFO.exec(relative) ?? [];
    // Files may be links into an installer's cache (`uv --link-mode symlink`); a folder that is one is walked elsewhere.
    if (kind === 'link' && relative === name) continue;
    // pip renames what it failed to remove to `~ame`.
    if (name === undefined || name.startsWith('~')) continue;
    const files = folders.get(name) ?? new Set();
    folders.set(name, files.add(relative.slice(name.length + 1)));
  }
  return folders;
}

class InfoFolder {
  readonly #site: SitePath;
  readonly #name: string;
  readonly #files: ReadonlySet<string>;
  readonly #reader: FileReader;
  readonly #findings: AuditFinding[];
  readonly #flat: boolean;
  recordUnread = false;

  constructor(
    site: SitePath,
    name: string,
    files: ReadonlySet<string>,
    reader: FileReader,
    findings: AuditFinding[],
    flat: boolean,
  ) {
    this.#site = site;
    this.#name = name;
    this.#files = files;
    this.#reader = reader;
    this.#findings = findings;
    this.#flat = flat;
  }

  async read(): Promise<InstalledDistribution | undefined> {
    const folder = `${this.#site}/${this.#name}` as SitePath;
    const metadata = await this.#content('METADATA', 'PKG-INFO', '');
    const headers = parseHeaders(metadata instanceof Buffer ? metadata : Buffer.of());
    // What cannot be read is named as that; the release is then the one that the folder's name says.
    const [ownName, ownVersion] = metadata === 'unreadable' ? this.#parts() : [];
    const project = parseProjectName(headers.get('name')?.[0] ?? ownName ?? '');
    const stated = headers.get('version')?.[0] ?? ownVersion?.replaceAll('_', '-');
    const version = stated === undefined ? undefined : parseVersion(stated);
    if (project === undefined) {
      this.#add('metadata-missing', `${shownPath(this.#name)} has no metadata with a project name`);
      return undefined;
    }
    const label = `${project} ${version ?? 'without a version'}`;
    const about = { path: shownPath(folder), project, version };
    const matches = this.#matchesFolder(project, version);
    if (!matches)
      this.#add('metadata-mismatch', `${shownPath(this.#name)} says that it is ${label}`, about);
    const directUrl = await this.#content('direct_url.json');
    const direct = readDirectUrl(directUrl instanceof Buffer ? directUrl : undefined);
    return {
      folder,
      project,
      version,
      label,
      record: await this.#record(label, about),
      direct,
      artifact: direct?.sha256,
    };
  }

  async #record(
    label: string,
    about: { path: string; project: string; version: string | undefined },
  ): Promise<InstalledRecord | undefined> {
    const content = await this.#content('RECORD');
    if (content === 'unreadable') {
      this.recordUnread = true;
      return undefined;
    }
    if (content === undefined) {
      this.#add('record-missing', `${label} has no RECORD`, about);
      return undefined;
    }
    try {
      return readInstalledRecord(content, this.#site, this.#flat);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#add('record-malformed', `the RECORD of ${label} is no CSV: ${error.message}`, about);
      return undefined;
    }
  }

  /** `Demo_Project-1.0.dist-info`, and for an egg-info also without or with more parts. */
  #matchesFolder(project: ProjectName, version: string | undefined): boolean {
    const [name = '', number] = this.#parts();
    if (parseProjectName(name) !== project) return false;
    if (!/\.dist-info$/i.test(this.#name)) return true;
    const parsed = parseVersion(number?.replaceAll('_', '-') ?? '') ?? parseVersion(number ?? '');
    return parsed === undefined || version === undefined
      ? parsed === version
      : sameVersion(parsed, version);
  }

  /** Name and version as the folder's name has them. */
  #parts(): string[] {
    return this.#name
      .replace(/\/EGG-INFO$/i, '')
      .replace(/\.[a-z-]+$/i, '')
      .split('-');
  }

  /** The first of the files that is there; an empty name is the folder itself, where it is a file. */
  async #content(...names: readonly string[]): Promise<Buffer | 'unreadable' | undefined> {
    const name = names.find((candidate) => this.#files.has(candidate));
    if (name === undefined) return undefined;
    const held = new Held();
    const path = [this.#site, this.#name, ...(name === '' ? [] : [name])].join('/') as SitePath;
    const facts = await this.#reader.read(path, [held]);
    if (facts.kind === 'file') return held.bytes;
    if (facts.kind !== 'unreadable') return undefined;
    this.#findings.push(unreadableFile(path, facts.why));
    return 'unreadable';
  }

  #add(...finding: Parameters<typeof auditFinding>): void {
    this.#findings.push(auditFinding(...finding));
  }
}

/** Two metadata folders for one project: pip shows one of them, and its RECORD may vouch for anything. */
function twice(distributions: readonly InstalledDistribution[]): AuditFinding[] {
  const byProject = new Map<ProjectName, InstalledDistribution[]>();
  for (const distribution of distributions)
    byProject.set(distribution.project, [
      ...(byProject.get(distribution.project) ?? []),
      distribution,
    ]);
  return [...byProject.values()]
    .filter((same) => same.length > 1)
    .map((same) =>
      auditFinding(
        'distribution-twice',
        `${same[0]!.project} is recorded ${same.length} times: ${same.map(({ label }) => label).join(', ')}`,
        { path: shownPath(same[0]!.folder), project: same[0]!.project },
      ),
    );
}
