import { foldPath } from '../archive/member-name.js';

/** The folders of an installation that a wheel can write to and an interpreter reads; `scripts` contains the interpreter. */
export type Place = 'site' | 'scripts' | 'prefix';

/** The destination of an installed member: a folder of the interpreter, and the path below it. */
export interface Landing {
  readonly place: Place;
  /** Folders and file name below `place`, folded to one case; never empty. */
  readonly path: readonly string[];
  /** The file's name, unmodified. */
  readonly name: string;
}

/**
 * All possible destinations of a wheel's member, with any installer on any system. A backslash is a separator on
 * Windows and a letter on POSIX, `..` is resolved by some and rejected by others, case is significant only on Linux:
 * all interpretations are returned.
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
  const found = placesOf(written.map(foldPath));
  // On Windows, a colon names a stream of the file before it: `x.pth::$DATA` is `x.pth`. Elsewhere it is a letter.
  if (path.includes(':'))
    found.push(...placesOf(written.map((segment) => foldPath(segment.replace(/:.*$/s, '')))));
  return found.map((landing) => ({ ...landing, name }));
}

/**
 * The segments with `.` dropped and `..` applied; a path that climbs out of the root is dropped up to a site folder.
 */
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
  // Old installers of eggs install these next to the interpreter.
  if (first === 'egg-info' && scheme === 'scripts')
    return [...below('site', path), ...below('scripts', path.slice(2))];
  if (path.length < 3 || !first.endsWith('.data')) return below('site', path);
  const rest = path.slice(2);
  if (scheme === 'purelib' || scheme === 'platlib') return below('site', rest);
  if (scheme === 'scripts') return below('scripts', rest);
  if (scheme === 'data') return inPrefix(rest);
  // `headers` is the project's own folder; folders unknown to installers are handled by `checkOwnFolders`.
  return [];
}

function inPrefix(path: readonly string[]): Found[] {
  // The prefix itself is a site directory on Windows.
  const found = [...below('prefix', path), ...below('site', path)];
  const site = path.findIndex(isSiteFolder);
  if (site !== -1) found.push(...below('site', path.slice(site + 1)));
  if (path.length > 1 && (path[0] === 'bin' || path[0] === 'scripts'))
    found.push(...below('scripts', path.slice(1)));
  return found;
}

function below(place: Place, path: readonly string[]): Found[] {
  return path.length === 0 ? [] : [{ place, path }];
}

export function isSiteFolder(segment: string): boolean {
  return segment === 'site-packages' || segment === 'dist-packages';
}
