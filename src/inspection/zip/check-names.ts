import type { FindingCode } from '../codes.js';
import { foldedPath, type PathFault, pathFault } from '../member-path.js';
import { type Report, shown } from '../report.js';
import type { ZipEntry } from './central-directory.js';

const PATH_CODES: Readonly<Record<PathFault, readonly [FindingCode, string]>> = {
  characters: ['zip-name-characters', 'holds control or format characters'],
  absolute: ['zip-path-absolute', 'is an absolute path'],
  climbs: ['zip-path-climbs', 'climbs out of its folder'],
  backslash: ['zip-path-backslash', 'holds a backslash: a name to one system, a folder to another'],
  'empty-part': [
    'zip-path-empty-part',
    'has an empty or a dot part, which readers fold differently',
  ],
};

const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;
const FOLDER = 0o040000;

/** Checks paths, kinds and uniqueness of all entries together. @param foldCase see `foldsCase` */
export function checkNames(entries: readonly ZipEntry[], foldCase: boolean, report: Report): void {
  const seen = new Map<string, string>();
  const folders = new Map<string, string>();
  const key = (path: string): string => (foldCase ? foldedPath(path) : path.normalize('NFC'));
  for (const entry of entries) {
    const member = shown(entry.name);
    const fault = pathFault(entry.name);
    if (fault !== undefined) {
      const [code, what] = PATH_CODES[fault];
      report.add(code, `${member} ${what}`, { member });
    }
    checkKind(entry, member, report);
    checkLengths(entry.name, member, report);
    const path = key(entry.name.replace(/\/$/, ''));
    const other = seen.get(path);
    if (other !== undefined)
      report.add('zip-duplicate-name', `${member} and ${shown(other)} are the same file`, {
        member,
      });
    seen.set(path, entry.name);
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1))
      folders.set(path.slice(0, at), entry.name);
  }
  for (const entry of entries) {
    const inside = entry.isFolder ? undefined : folders.get(key(entry.name));
    if (inside === undefined) continue;
    const member = shown(entry.name);
    report.add('zip-path-conflict', `${member} is a file, and a folder of ${shown(inside)}`, {
      member,
    });
  }
}

function checkKind(entry: ZipEntry, member: string, report: Report): void {
  const type = entry.mode & FILE_TYPE;
  const expected = type === 0 || type === (entry.isFolder ? FOLDER : REGULAR);
  if (!expected)
    report.add('zip-special-file', `${member} is a link or another special file`, { member });
  if (entry.isFolder && entry.uncompressedSize !== 0)
    report.add('zip-special-file', `${member} is a folder with content`, { member });
}

export function checkLengths(path: string, member: string, report: Report): void {
  const { pathLength, depth } = report.limits;
  if (path.length > pathLength)
    report.add('inspection-limit-path', `${member} has a path of ${path.length} characters`, {
      member,
    });
  else if (path.split('/').length > depth + 1)
    report.add('inspection-limit-path', `${member} lies more than ${depth} folders deep`, {
      member,
    });
}

/**
 * Whether names that differ in case only are one file where this artifact can be installed. A wheel for Linux
 * alone may hold both `xt_MARK.h` and `xt_mark.h`, and honest ones do.
 */
export function foldsCase(filename: string): boolean {
  const tags = filename.toLowerCase().endsWith('.whl')
    ? filename.slice(0, -4).split('-').at(-1)!
    : 'any';
  return !tags.split('.').every((tag) => /^(manylinux|musllinux|linux)/.test(tag));
}
