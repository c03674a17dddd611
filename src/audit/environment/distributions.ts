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

/** An installed distribution: a `.dist-info` folder, or a legacy `.egg-info`. */
export interface InstalledDistribution {
  readonly folder: SitePath;
  readonly project: ProjectName;
  /** PEP 440's normal form; undefined if the metadata lack a version. */
  readonly version: string | undefined;
  /** For display: `requests 2.32.3`. */
  readonly label: string;
  /** Undefined if it is missing or unusable: then it confirms no file. */
  readonly record: InstalledRecord | undefined;
  /** The origin, if it is not an index (PEP 610). */
  readonly direct: DirectUrl | undefined;
  readonly artifact: Sha256 | undefined;
}

export interface InstalledDistributions {
  readonly distributions: readonly InstalledDistribution[];
  readonly findings: readonly AuditFinding[];
  /** Whether a RECORD could not be read: then an unlisted file may be in it. */
  readonly unread: boolean;
}

const INFO = /^[^/]+\.(?:dist-info|egg-info)(?=\/|$)|^[^/]+\.egg\/EGG-INFO(?=\/)/i;

/** Reads every distribution of a site folder, and reports problems with their records. */
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

/** The metadata folders (or single files, for distutils' egg-info), each with its files. */
function infoFolders(site: SitePath, { entries }: SiteListing): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>();
  for (const { path, kind } of entries) {
    if (kind === 'special') continue;
    const relative = below(site, path)!;
    const [name] = INFO.exec(relative) ?? [];
    // Files may be links into an installer's cache (`uv --link-mode symlink`). A linked folder is handled elsewhere.
    if (kind === 'link' && relative === name) continue;
    // pip renames a folder that it failed to remove to `~ame`.
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
    // Unreadable metadata are reported, and the release is then taken from the folder's name.
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
      this.#add(
        'metadata-mismatch',
        `${shownPath(this.#name)} contains the metadata of ${label}`,
        about,
      );
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
      this.#add('record-malformed', `the RECORD of ${label} is not CSV: ${error.message}`, about);
      return undefined;
    }
  }

  /** `Demo_Project-1.0.dist-info`; an egg-info may have fewer or more parts. */
  #matchesFolder(project: ProjectName, version: string | undefined): boolean {
    const [name = '', number] = this.#parts();
    if (parseProjectName(name) !== project) return false;
    if (!/\.dist-info$/i.test(this.#name)) return true;
    const parsed = parseVersion(number?.replaceAll('_', '-') ?? '') ?? parseVersion(number ?? '');
    return parsed === undefined || version === undefined
      ? parsed === version
      : sameVersion(parsed, version);
  }

  /** Name and version in the folder's name. */
  #parts(): string[] {
    return this.#name
      .replace(/\/EGG-INFO$/i, '')
      .replace(/\.[a-z-]+$/i, '')
      .split('-');
  }

  /** The first existing file; an empty name is the path itself, if it is a file. */
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

/** Two metadata folders for one project: pip shows only one of them, and the other's RECORD may confirm anything. */
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
