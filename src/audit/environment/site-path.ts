import { posix } from 'node:path';
import { printable } from '../../inspection/printable.js';

/**
 * A path in the bytes of the file system, one character per byte (Latin-1). Filenames need not be UTF-8, Python runs a
 * `.pth` with any name, and RECORD is compared byte by byte, so paths are never decoded.
 * Folders are separated by slashes and an absolute path begins with one, even on Windows: `/C:/venv`, and
 * `/unc/server/share` for `\\server\share`.
 */
export type SitePath = string & { readonly __brand: 'SitePath' };

const DRIVE = /^[a-z]:\//i;
const UNC = '/unc/';

/** @param platform the platform of the paths, for all functions here; tests pass their own */
export function sitePath(text: string, platform: NodeJS.Platform = process.platform): SitePath {
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  if (platform !== 'win32') return bytes as SitePath;
  // `\\?\C:\…` and `\\?\UNC\server\…` are Windows' forms of long paths.
  const slashed = bytes
    .replaceAll('\\', '/')
    .replace(/^\/\/[?.]\/(?:(unc)\/)?/i, (_all, unc) => (unc === undefined ? '' : '//'));
  if (slashed.startsWith('//')) return (UNC + slashed.slice(2)) as SitePath;
  return (DRIVE.test(slashed) ? `/${slashed}` : slashed) as SitePath;
}

/** For calls to `node:fs`. */
export function osPath(path: SitePath, platform: NodeJS.Platform = process.platform): Buffer {
  return Buffer.from(asWritten(path, platform), 'latin1');
}

/** For display: decoded if it is UTF-8, and in ASCII only. */
export function shownPath(path: string, platform: NodeJS.Platform = process.platform): string {
  return printable(asWritten(path, platform), 1000);
}

/** The path relative to a folder; absolute if it leads outside, or is absolute itself. */
export function resolveIn(folder: SitePath, path: string): SitePath {
  return posix.resolve(folder, path) as SitePath;
}

/** The part after the folder, without a leading slash; undefined if the path is outside. */
export function below(folder: SitePath, path: SitePath): string | undefined {
  if (folder === '/') return path.slice(1);
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}

/** In the platform's notation; Windows also accepts slashes. */
function asWritten(path: string, platform: NodeJS.Platform): string {
  if (platform !== 'win32') return path;
  if (path.startsWith(UNC)) return `//${path.slice(UNC.length)}`;
  return DRIVE.test(path.slice(1)) && path.startsWith('/') ? path.slice(1) : path;
}
