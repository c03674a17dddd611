import { counted } from '../../domain/plural.js';
import { checkMemberName, foldPath, normalisePath } from '../archive/member-name.js';
import type { ByteSource } from '../byte-source.js';
import { type FindingList, InspectionProblem } from '../finding-list.js';
import type { InspectionLimits } from '../limits.js';
import { type DirectoryEntry, readCentralDirectory } from './central-directory.js';
import { readEndRecord } from './end-record.js';
import { FLAG_DESCRIPTOR, walkLocalHeaders } from './local-headers.js';

export const STORED = 0;
export const DEFLATED = 8;
const FLAGS_KNOWN = 0x0006 | FLAG_DESCRIPTOR | 0x0800;
const FLAG_UTF8 = 0x0800;
/** Version 6.3, the newest; Python refuses later ones, others ignore the version. */
const NEWEST = 63;
/** Bit 0: encrypted; 6: strong encryption; 13: the directory is encrypted. */
const FLAGS_ENCRYPTED = 0x0001 | 0x0040 | 0x2000;

/** One member whose place in the file is proven. */
export interface ZipMember {
  /** As the archive writes it. */
  readonly path: string;
  readonly isFolder: boolean;
  readonly method: number;
  readonly crc: number;
  readonly compressed: number;
  readonly inflated: number;
  readonly dataAt: number;
  readonly hasDescriptor: boolean;
}

/**
 * Reads a zip's structure in both views, the directory's and the stream's, and reports all ambiguities. Inflates
 * nothing.
 * @throws {InspectionProblem} if there is no single interpretation to continue with
 */
export function readZipMembers(
  source: ByteSource,
  limits: InspectionLimits,
  findings: FindingList,
): ZipMember[] {
  const place = readEndRecord(source);
  const entries = readCentralDirectory(source, place, limits);
  checkBomb(entries, source.size, limits);
  const dataAt = walkLocalHeaders(source, entries, place.offset, findings);
  const members = entries.map((entry, index) =>
    readMember(entry, dataAt[index]!, limits, findings),
  );
  checkNames(members, entries, findings);
  return members;
}

/** The declared sizes are sufficient to detect a bomb: inflation never exceeds them. */
function checkBomb(
  entries: readonly DirectoryEntry[],
  size: number,
  limits: InspectionLimits,
): void {
  const total = entries.reduce((sum, entry) => sum + entry.inflated, 0);
  if (total > limits.inflatedBytes)
    throw new InspectionProblem(
      'inspection-limit-inflated',
      `it declares ${counted(total, 'inflated byte')}`,
    );
  if (total > limits.ratioFloorBytes && total > size * limits.ratio)
    throw new InspectionProblem(
      'inspection-limit-ratio',
      `${counted(size, 'byte')} declared to inflate to ${total}`,
    );
}

/** @param dataAt start of its data; 0 if not known yet */
export function readMember(
  entry: DirectoryEntry,
  dataAt: number,
  limits: InspectionLimits,
  findings: FindingList,
): ZipMember {
  const path = decodeName(entry, findings);
  const evidence = { member: path, offset: entry.offset };
  checkMemberName(path, limits, findings, entry.offset);
  if ((entry.flags & FLAGS_ENCRYPTED) !== 0)
    findings.add('zip-encrypted', `${path} is encrypted`, evidence);
  else if ((entry.flags & ~FLAGS_KNOWN) !== 0)
    findings.add('zip-flags', `${path} has flags ${entry.flags.toString(16)}`, evidence);
  if (entry.versionNeeded > NEWEST)
    findings.add('zip-version', `${path} needs version ${entry.versionNeeded}`, evidence);
  if (entry.method !== STORED && entry.method !== DEFLATED)
    findings.add('zip-method', `${path} uses compression method ${entry.method}`, evidence);
  if (entry.method === STORED && entry.compressed !== entry.inflated)
    findings.add('zip-data', `${path} is stored but has two different sizes`, evidence);
  const hasDescriptor = (entry.flags & FLAG_DESCRIPTOR) !== 0;
  const isFolder = path.endsWith('/');
  checkKind(entry, path, isFolder, findings);
  return {
    path,
    isFolder,
    method: entry.method,
    crc: entry.crc,
    compressed: entry.compressed,
    inflated: entry.inflated,
    dataAt,
    hasDescriptor,
  };
}

function decodeName(entry: DirectoryEntry, findings: FindingList): string {
  const { rawName } = entry;
  if (/^[\x00-\x7f]*$/.test(rawName)) return rawName;
  const raw = Buffer.from(rawName, 'latin1');
  const name = raw.toString('utf8');
  if ((entry.flags & FLAG_UTF8) === 0 || !Buffer.from(name).equals(raw))
    findings.add(
      'zip-name-encoding',
      `the name ${name} is not valid UTF-8 or not marked as UTF-8`,
      {
        member: name,
        offset: entry.offset,
      },
    );
  return name;
}

/** The upper half of the external attributes is the Unix mode, for any declared system of origin. */
function checkKind(
  entry: DirectoryEntry,
  path: string,
  isFolder: boolean,
  findings: FindingList,
): void {
  const evidence = { member: path, offset: entry.offset };
  const kind = (entry.externalAttributes >>> 16) & 0o170000;
  if (kind === 0o120000) findings.add('zip-symlink', `${path} is a symbolic link`, evidence);
  else if (kind !== 0 && kind !== 0o100000 && kind !== 0o040000)
    findings.add('zip-special-file', `${path} is not a regular file`, evidence);
  else if (kind === 0o040000 && !isFolder)
    findings.add(
      'zip-special-file',
      `${path} is a folder by its mode, a file by its name`,
      evidence,
    );
  if (isFolder && entry.inflated !== 0)
    findings.add('zip-folder-data', `the folder ${path} has content`, evidence);
}

/** Folders whose names every installer acts on; two spellings there are never chance. */
const TELLING = /^(?:[^/]*|[^/]*\.(?:dist-info|data|egg-info)\/.*|egg-info\/.*)$/;

function checkNames(
  members: readonly ZipMember[],
  entries: readonly DirectoryEntry[],
  findings: FindingList,
): void {
  const names = new Map<string, boolean>();
  /** By folded form, if a name differs from its own: the last name of that form. */
  const folded = new Map<string, string>();
  const parents = new Set<string>();
  let folder = '';
  members.forEach(({ path, isFolder }, index) => {
    const evidence = { member: path, offset: entries[index]!.offset };
    const name = normalisePath(path);
    const earlier = names.get(name);
    names.set(name, isFolder);
    if (earlier === isFolder) findings.add('zip-duplicate', `${path} occurs twice`, evidence);
    else if (earlier !== undefined)
      findings.add('zip-file-and-folder', `${path} is both a file and a folder`, evidence);
    // The members of a folder mostly follow one another.
    const parentEnd = name.lastIndexOf('/');
    if (parentEnd > 0 && !(parentEnd === folder.length && name.startsWith(folder))) {
      folder = name.slice(0, parentEnd);
      addFolders(folder, parents);
    }
    const key = foldPath(name);
    const twin = folded.get(key) ?? (name !== key && names.has(key) ? key : undefined);
    // Deep in packages, known-good projects have such twins (kernel headers, terminfo); both are inspected.
    if (twin !== undefined && twin !== name && TELLING.test(key))
      findings.add(
        'zip-case-collision',
        `${path} and ${twin} are the same name on some systems`,
        evidence,
      );
    if (name !== key || twin !== undefined) folded.set(key, name);
  });
  for (const [name, isFolder] of names)
    if (!isFolder && parents.has(name))
      findings.add('zip-file-and-folder', `${name} is both a file and a folder`, { member: name });
}

/** Adds a folder and its parents. */
function addFolders(folder: string, folders: Set<string>): void {
  for (let path = folder; path !== '' && !folders.has(path); ) {
    folders.add(path);
    path = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  }
}
