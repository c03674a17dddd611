import { posix } from 'node:path';
import { printable } from '../../inspection/printable.js';

/**
 * A path as the file system has it: one character a byte (Latin-1). File names need not be UTF-8, Python
 * runs a `.pth` with any name, and RECORD is compared byte by byte, so nothing is decoded.
 */
export type SitePath = string & { readonly __brand: 'SitePath' };

export function sitePath(text: string): SitePath {
  return Buffer.from(text, 'utf8').toString('latin1') as SitePath;
}

/** For calls of `node:fs`. */
export function osPath(path: SitePath): Buffer {
  return Buffer.from(path, 'latin1');
}

/** For people: UTF-8 where it is, ASCII only. */
export function shownPath(path: string): string {
  return printable(path, 1000);
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
