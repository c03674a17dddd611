import type { Sha256 } from '../../domain/digest.js';
import { parseSha256 } from '../../domain/digest.js';
import { type ProjectName, parseProjectName } from '../../domain/project-name.js';
import { parseVersion } from '../../domain/version.js';
import { type AuditFinding, auditFinding } from '../report.js';

/** One artifact that a lock allows for a release; what the lock does not say is undefined. */
export interface LockedFile {
  readonly filename: string | undefined;
  readonly sha256: Sha256 | undefined;
  /** Milliseconds since 1970. */
  readonly uploadTime: number | undefined;
  /** Where clients download it from, if the lock says so: they ask no index then. */
  readonly url?: string | undefined;
}

/** One release that a lock or a requirements file pins. */
export interface LockedRelease {
  readonly project: ProjectName;
  readonly version: string;
  readonly files: readonly LockedFile[];
  /** Where it stands. */
  readonly file: string;
  readonly line: number | undefined;
  /** The index that it is locked from, where the lock says so. */
  readonly index?: string | undefined;
}

/** What one lock or requirements file, with all that it includes, comes to. */
export interface LockContent {
  readonly format: string;
  readonly releases: readonly LockedRelease[];
  /** What is not pinned, comes from elsewhere, or was not understood. */
  readonly findings: readonly AuditFinding[];
  /** Further places that clients may take any release from (`--extra-index-url`, `--find-links`). */
  readonly alsoFrom?: readonly LockedPlace[];
}

/** A URL that a lock names, and where it does. */
export interface LockedPlace {
  readonly url: string;
  readonly file: string;
  readonly line: number;
}

/** Gathers what a lock says; each format's reader feeds one. */
export class LockCollector {
  readonly releases: LockedRelease[] = [];
  readonly findings: AuditFinding[] = [];
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** Takes a pinned release. A name or a version that cannot be read is a doubt of its own. */
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

  /** A release from a folder, a repository or a URL: the index's rules may say nothing of it. */
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

/** The last part of a URL's or a path's way, decoded; undefined where there is none. */
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
