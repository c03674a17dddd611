import type { Sha256 } from '../../domain/digest.js';
import { parseSha256 } from '../../domain/digest.js';
import { type ProjectName, parseProjectName } from '../../domain/project-name.js';
import { parseVersion } from '../../domain/version.js';
import { type AuditFinding, auditFinding } from '../report.js';

/** One artifact that a lock allows for a release; facts that the lock lacks are undefined. */
export interface LockedFile {
  readonly filename: string | undefined;
  readonly sha256: Sha256 | undefined;
  /** Milliseconds since 1970. */
  readonly uploadTime: number | undefined;
  /** The download URL, if the lock has one: clients then ask no index. */
  readonly url?: string | undefined;
}

/** One release that a lock or a requirements file pins. */
export interface LockedRelease {
  readonly project: ProjectName;
  readonly version: string;
  readonly files: readonly LockedFile[];
  /** The lock's file. */
  readonly file: string;
  readonly line: number | undefined;
  /** The index that it is locked from, if the lock names it. */
  readonly index?: string | undefined;
}

/** The content of one lock or requirements file, with all its included files. */
export interface LockContent {
  readonly format: string;
  readonly releases: readonly LockedRelease[];
  /** Entries that are not pinned, from another index, or invalid. */
  readonly findings: readonly AuditFinding[];
  /** Additional places that clients may take any release from (`--extra-index-url`, `--find-links`). */
  readonly alsoFrom?: readonly LockedPlace[];
}

/** A URL in a lock, with its position. */
export interface LockedPlace {
  readonly url: string;
  readonly file: string;
  readonly line: number;
}

/** Gathers the content of a lock; the reader of each format fills one. */
export class LockCollector {
  readonly releases: LockedRelease[] = [];
  readonly findings: AuditFinding[] = [];
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** Adds a pinned release. An invalid name or version is a finding. */
  pin(
    name: string,
    version: string,
    files: readonly LockedFile[],
    line?: number,
    index?: string,
  ): void {
    const project = parseProjectName(name);
    const normal = parseVersion(version);
    if (project === undefined || normal === undefined)
      this.doubt(`${name} ${version} is not a project and a version`, line);
    else this.releases.push({ project, version: normal, files, file: this.file, line, index });
  }

  /** Adds a release from a folder, a repository or a URL, to which the index's rules do not apply. */
  elsewhere(name: string, where: string, line?: number): void {
    this.#add('not-from-index', `${name} comes from ${where}`, name, line);
  }

  editable(name: string, where: string, line?: number): void {
    this.#add('editable-install', `${name} is editable, from ${where}`, name, line);
  }

  notPinned(name: string, text: string, line?: number): void {
    this.#add('not-pinned', `${text} is not pinned: not judged`, name, line);
  }

  doubt(detail: string, line?: number): void {
    this.findings.push(auditFinding('lock-unread', detail, { path: this.file, line }));
  }

  content(format: string): LockContent {
    return { format, releases: this.releases, findings: this.findings };
  }

  #add(
    code: 'not-from-index' | 'editable-install' | 'not-pinned',
    detail: string,
    name: string,
    line: number | undefined,
  ): void {
    this.findings.push(
      auditFinding(code, detail, { path: this.file, line, project: parseProjectName(name) }),
    );
  }
}

/** `sha256:…` or `sha256=…`; undefined for any other hash. */
export function sha256Of(hash: string | undefined): Sha256 | undefined {
  return parseSha256(/^sha256[:=](.*)$/i.exec(hash ?? '')?.[1]);
}

/** The last segment of a URL or a path, decoded; undefined if there is none. */
export function filenameOf(location: string | undefined): string | undefined {
  const path = location?.replace(/[?#].*$/s, '').replace(/\/+$/, '');
  const name = path?.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  if (!name) return undefined;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
