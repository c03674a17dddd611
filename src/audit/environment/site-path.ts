import { posix } from 'node:path';
import { printable } from '../../inspection/printable.js';

/**
 * A path as the file system has it: one character a byte (Latin-1). File names need not be UTF-8, Python
 * runs a `.pth` with any name, and RECORD is compared byte by byte, so nothing is decoded.
 *
 * Folders are separated by slashes, and an absolute path begins with one, on Windows too: `/C:/venv`, and
 * `/unc/server/share` for `\\server\share`.
 */
export type SitePath = string & { readonly __brand: 'SitePath' };

const DRIVE = /^[a-z]:\//i;
const UNC = '/unc/';

/** @param platform whose paths these are, for all functions here; a test hands in its own */
export function sitePath(text: string, platform: NodeJS.Platform = process.platform): SitePath {
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  if (platform !== 'win32') return bytes as SitePath;
  // `\\?\C:\…` and `\\?\UNC\server\…` are how Windows writes long paths.
  const slashed = bytes
    .replaceAll('\\', '/')
    .replace(/^\/\/[?.]\/(?:(unc)\/)?/i, (_all, unc) => (unc === undefined ? '' : '//'));
  if (slashed.startsWith('//')) return (UNC + slashed.slice(2)) as SitePath;
  return (DRIVE.test(slashed) ? `/${slashed}` : slashed) as SitePath;
}

/** For calls of `node:fs`. */
export function osPath(path: SitePath, platform: NodeJS.Platform = process.platform): Buffer {
  return Buffer.from(asWritten(path, platform), 'latin1');
}

/** For people: UTF-8 where it is, ASCII only. */
export function shownPath(path: string, platform: NodeJS.Platform = process.platform): string {
  return printable(asWritten(path, platform), 1000);
}

/** The path below a folder; absolute where it climbs out of it or is absolute itself. */
export function resolveIn(folder: SitePath, path: string): SitePath {
  return posix.resolve(folder, path) as SitePath;
}

/** What comes after the folder, without a slash in front; undefined where the path lies elsewhere. */
export function below(folder: SitePath, path: SitePath): string | undefined {
  if (folder === '/') return path.slice(1);
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}

/** As the platform writes it; Windows takes slashes, too. */
function asWritten(path: string, platform: NodeJS.Platform): string {
  if (platform !== 'win32') return path;
  if (path.startsWith(UNC)) return `//${path.slice(UNC.length)}`;
  return DRIVE.test(path.slice(1)) && path.startsWith('/') ? path.slice(1) : path;
}
