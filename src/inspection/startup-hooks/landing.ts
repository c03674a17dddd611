import { foldPath } from '../archive/member-name.js';

/** The kinds of folder in which a file has power over an interpreter's start. */
export type Place = 'site' | 'stdlib' | 'scripts' | 'prefix';

/** Where a member comes to lie once it is installed: a folder of the interpreter, and the path below it. */
export interface Landing {
  readonly place: Place;
  /** Folders and file name below `place`, folded to one case; never empty. */
  readonly path: readonly string[];
  /** The file's own name as it is written. */
  readonly name: string;
}

/**
 * All places where a wheel's member may come to lie, by any installer on any system. A backslash is a folder
 * to Windows and a letter to POSIX, `..` is joined by some and refused by others, case counts on Linux only:
 * each reading is given.
 */
export function landings(memberPath: string): Landing[] {
  const readings = [memberPath];
  if (memberPath.includes('\\')) readings.push(memberPath.replaceAll('\\', '/'));
  return readings.flatMap((reading) => landingsOf(reading));
}

function landingsOf(path: string): Landing[] {
  const written = resolve(path);
  const name = written.at(-1);
  if (name === undefined) return [];
  // A colon names a stream of the file before it on Windows: `x.pth::$DATA` is `x.pth`.
  const folded = written.map((segment) => foldPath(segment.replace(/:.*$/s, '')));
  return placesOf(folded).map((landing) => ({ ...landing, name }));
}

/** The segments with `.` dropped and `..` applied; what climbs out of the root is dropped up to a site folder. */
function resolve(path: string): string[] {
  const segments: string[] = [];
  let climbed = false;
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (/^\.[. ]+$/.test(segment)) {
      if (segments.pop() === undefined) climbed = true;
    } else segments.push(segment);
  }
  if (!climbed && !path.startsWith('/')) return segments;
  const site = segments.findLastIndex((segment) => isSiteFolder(segment.toLowerCase()));
  return segments.slice(site + 1);
}

type Found = Pick<Landing, 'place' | 'path'>;

function placesOf(path: readonly string[]): Found[] {
  const [first = '', scheme = ''] = path;
  if (path.length < 3 || !first.endsWith('.data')) return below('site', path);
  const rest = path.slice(2);
  if (scheme === 'purelib' || scheme === 'platlib') return below('site', rest);
  if (scheme === 'scripts') return below('scripts', rest);
  if (scheme === 'data') return inPrefix(rest);
  // `headers`, and schemes that no installer knows.
  return [];
}

function inPrefix(path: readonly string[]): Found[] {
  // The prefix itself is a site directory on Windows, and `pyvenv.cfg` lies there.
  const found = [...below('prefix', path), ...below('site', path)];
  const site = path.findIndex(isSiteFolder);
  if (site !== -1) return [...found, ...below('site', path.slice(site + 1))];
  if (path.length > 1 && (path[0] === 'bin' || path[0] === 'scripts'))
    found.push(...below('scripts', path.slice(1)));
  return [...found, ...inStandardLibrary(path)];
}

/** `lib/python3.12/…` (also `lib64`, below `local`); modules of `Lib` and `DLLs` on Windows. */
function inStandardLibrary(path: readonly string[]): Found[] {
  const start = path[0] === 'local' ? 1 : 0;
  const [lib = '', next = ''] = path.slice(start);
  if (/^lib\d*$/.test(lib) && /^(?:python|pypy)\d/.test(next))
    return below('stdlib', path.slice(start + 2));
  const windows =
    (lib === 'lib' && (next === 'encodings' || (path.length === 2 && /\.pyc?$/.test(next)))) ||
    (lib === 'dlls' && /\.(?:pyd|dll)$/.test(next));
  return windows ? below('stdlib', path.slice(1)) : [];
}

function below(place: Place, path: readonly string[]): Found[] {
  return path.length === 0 ? [] : [{ place, path }];
}

function isSiteFolder(segment: string): boolean {
  return segment === 'site-packages' || segment === 'dist-packages';
}
