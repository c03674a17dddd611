import type { DistributionFilename } from '../../domain/distribution-filename.js';
import { parseProjectName } from '../../domain/project-name.js';
import { foldPath, normalisePath } from '../archive/member-name.js';
import type { FindingList } from '../finding-list.js';
import { checkEntryPoints } from './entry-points.js';
import { checkMetadata, isVersionOrItsLocal, parseHeaders } from './metadata.js';
import { checkOwnFolders } from './own-folders.js';
import { WheelRecord } from './record.js';

const READ = ['METADATA', 'WHEEL', 'RECORD', 'entry_points.txt'] as const;
export type DistInfoFile = (typeof READ)[number];

/**
 * Finds the wheel's one `.dist-info` folder: exactly one at the root, of the filename's project and version, except for
 * a local label that the filename may omit (PyPA binary distribution format).
 * @returns its name, or undefined if there is not exactly one
 */
export function findDistInfo(
  paths: readonly string[],
  artifact: DistributionFilename,
  findings: FindingList,
): string | undefined {
  const folders = new Set<string>();
  for (const path of paths) {
    const folder = /^\/*(?:\.\/+)*([^/]*\.dist-info)\//i.exec(path)?.[1];
    if (folder !== undefined) folders.add(folder);
  }
  const [folder, ...others] = folders;
  if (folder === undefined || others.length > 0) {
    findings.add(
      'metadata-dist-info',
      `the wheel has ${folders.size} .dist-info folders: ${[...folders].join(', ')}`,
    );
    return undefined;
  }
  const { name, version } = partsOf(folder);
  const named = artifact.project === undefined || parseProjectName(name) === artifact.project;
  const numbered = artifact.version === undefined || isVersionOrItsLocal(version, artifact.version);
  if (!named || !numbered)
    findings.add(
      'metadata-dist-info',
      `the folder ${folder} does not belong to ${artifact.filename}'s`,
      {
        member: folder,
      },
    );
  checkOwnFolders(paths, folder, artifact, findings);
  return folder;
}

/** Suffixes of the files that are read, in any spelling. */
const LIKE_READ = /(?:METADATA|WHEEL|RECORD|entry_points\.txt)[. ]*$/iu;

/**
 * Refuses other spellings of the files that are read: pip accepts `x.dist-info/./entry_points.txt` for the file, and
 * uv, which reads the unpacked files, accepts `ENTRY_POINTS.TXT` on a case-insensitive file system.
 */
export function checkSpelling(
  paths: readonly string[],
  folder: string,
  findings: FindingList,
): void {
  const read = new Set(READ.map((name) => foldPath(`${folder}/${name}`)));
  for (const path of paths)
    if (
      LIKE_READ.test(path) &&
      distInfoFile(path, folder) === undefined &&
      read.has(foldPath(normalisePath(path)))
    )
      findings.add('metadata-spelling', `${path} is read as a different file by some installers`, {
        member: path,
      });
}

function partsOf(folder: string): { readonly name: string; readonly version: string } {
  const [, name = '', version = ''] = /^(.*?)-([^-]*)\.dist-info$/i.exec(folder) ?? [];
  return { name, version: version.replaceAll('_', '-') };
}

/** Which file of the `.dist-info` folder a member is, if it is one that is read. */
export function distInfoFile(path: string, folder: string | undefined): DistInfoFile | undefined {
  if (folder === undefined || !path.startsWith(folder)) return undefined;
  return READ.find((name) => path === `${folder}/${name}`);
}

/** Judges the `.dist-info` files by their contents. @returns the RECORD, if it exists */
export function readDistInfo(
  contents: ReadonlyMap<DistInfoFile, Buffer>,
  folder: string,
  artifact: DistributionFilename,
  findings: FindingList,
): WheelRecord | undefined {
  const metadata = contents.get('METADATA');
  if (metadata === undefined) findings.add('metadata-missing', `${folder} has no METADATA`);
  else {
    const { version } = partsOf(folder);
    checkMetadata(metadata, artifact, `${folder}/METADATA`, findings, version);
  }
  const wheel = contents.get('WHEEL');
  if (wheel === undefined) findings.add('metadata-missing', `${folder} has no WHEEL`);
  else checkWheelFile(wheel, `${folder}/WHEEL`, findings);
  const scripts = contents.get('entry_points.txt');
  if (scripts !== undefined)
    checkEntryPoints(scripts, `${folder}/entry_points.txt`, artifact.project, findings);
  const record = contents.get('RECORD');
  if (record !== undefined) return new WheelRecord(record, folder, findings);
  findings.add('record-missing', `${folder} has no RECORD`);
  return undefined;
}

/** Installers must refuse a Wheel-Version whose major number they do not know. */
function checkWheelFile(content: Buffer, member: string, findings: FindingList): void {
  const versions = parseHeaders(content).get('wheel-version') ?? [];
  // If several are equal, all installers use the first (mkl_fft 1.3.6).
  if (new Set(versions).size !== 1)
    findings.add('metadata-malformed', `${member} does not have exactly one Wheel-Version`, {
      member,
    });
  else if (!/^[01]\.\d+$/.test(versions[0]!))
    findings.add('metadata-wheel-version', `${member} has Wheel-Version ${versions[0]}`, {
      member,
    });
}
