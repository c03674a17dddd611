import { type ProjectName, parseProjectName } from './project-name.js';
import { parseVersion } from './version.js';

/**
 * The files that an index may list. `other` is anything that no current installer supports (`.exe`, `.rpm`, `.msi`, …).
 */
export type DistributionKind = 'wheel' | 'sdist' | 'egg' | 'other';

/** The archive format, according to the filename. */
export type ArchiveFormat = 'zip' | 'tar' | 'tar.gz' | 'tar.bz2' | 'tar.xz' | 'tar.zst' | 'tar.Z';

export interface DistributionFilename {
  readonly filename: string;
  readonly kind: DistributionKind;
  readonly format: ArchiveFormat | undefined;
  /** The project in the filename, normalised; undefined if the name is invalid. */
  readonly project: ProjectName | undefined;
  /** The version in PEP 440's normal form; undefined if it is invalid. */
  readonly version: string | undefined;
  /** Wheels only: the build tag (`1`, `2local`), if there is one. */
  readonly build: string | undefined;
  /** Wheels only: the variant label (PEP 825), if there is one. */
  readonly variant: string | undefined;
}

const SDIST_ENDINGS: readonly (readonly [string, ArchiveFormat])[] = [
  ['.tar.gz', 'tar.gz'],
  ['.tgz', 'tar.gz'],
  ['.tar.bz2', 'tar.bz2'],
  ['.tbz2', 'tar.bz2'],
  ['.tbz', 'tar.bz2'],
  ['.tar.xz', 'tar.xz'],
  ['.txz', 'tar.xz'],
  ['.tar.zst', 'tar.zst'],
  ['.tar.Z', 'tar.Z'],
  ['.tar', 'tar'],
  ['.zip', 'zip'],
];

/**
 * Reads a distribution's filename (PEP 427 for wheels, PEP 625 and its looser predecessors for sdists).
 *
 * The name of an sdist from before PEP 625 is ambiguous (`a-b-1.0-2.tar.gz`). The project whose page lists the file
 * resolves it, so pass `project` if it is known.
 * @returns undefined if the text is not a regular filename: a folder in it, a control character, a leading dot.
 */
export function parseDistributionFilename(
  filename: string,
  project?: ProjectName,
): DistributionFilename | undefined {
  if (!/^[A-Za-z0-9_][\x20-\x7e]{0,254}$/.test(filename) || /[/\\?#%<>"|*:]/.test(filename))
    return undefined;
  const lower = filename.toLowerCase();
  if (lower.endsWith('.whl')) return parseWheel(filename);
  if (lower.endsWith('.egg')) return parseEgg(filename);
  const ending = SDIST_ENDINGS.find(([text]) => lower.endsWith(text.toLowerCase()));
  if (ending === undefined) return unnamed(filename, 'other');
  return parseSdist(filename, filename.slice(0, -ending[0].length), ending[1], project);
}

function parseWheel(filename: string): DistributionFilename {
  const parts = filename.slice(0, -'.whl'.length).split('-');
  // A build tag begins with a digit, which no Python tag does: without one, a sixth part is a variant label.
  const build = parts.length > 5 && /^\d/.test(parts[2]!) ? parts[2] : undefined;
  const most = build === undefined ? 6 : 7;
  if (parts.length < 5 || parts.length > most)
    return { ...unnamed(filename, 'wheel'), format: 'zip' };
  return {
    filename,
    kind: 'wheel',
    format: 'zip',
    project: parseProjectName(parts[0]!),
    version: parseVersion(parts[1]!.replaceAll('_', '-')) ?? parseVersion(parts[1]!),
    build,
    variant: parts.length === most ? parts.at(-1) : undefined,
  };
}

function parseEgg(filename: string): DistributionFilename {
  const [name = '', version = ''] = filename.slice(0, -'.egg'.length).split('-');
  return {
    filename,
    kind: 'egg',
    format: 'zip',
    project: parseProjectName(name),
    version: parseVersion(version.replaceAll('_', '-')),
    build: undefined,
    variant: undefined,
  };
}

/** Tries every hyphen as the one between name and version; the known project wins, then the last that reads. */
function parseSdist(
  filename: string,
  stem: string,
  format: ArchiveFormat,
  known: ProjectName | undefined,
): DistributionFilename {
  const readings: { project: ProjectName; version: string | undefined }[] = [];
  for (let at = stem.indexOf('-'); at !== -1; at = stem.indexOf('-', at + 1)) {
    const project = parseProjectName(stem.slice(0, at));
    if (project === undefined) continue;
    const version = parseVersion(stem.slice(at + 1));
    if (version !== undefined || project === known) readings.push({ project, version });
  }
  const match =
    readings.find((reading) => reading.project === known) ??
    readings.findLast((reading) => reading.version !== undefined);
  return {
    filename,
    kind: 'sdist',
    format,
    project: match?.project,
    version: match?.version,
    build: undefined,
    variant: undefined,
  };
}

function unnamed(filename: string, kind: DistributionKind): DistributionFilename {
  return {
    filename,
    kind,
    format: undefined,
    project: undefined,
    version: undefined,
    build: undefined,
    variant: undefined,
  };
}
