import { MODULE } from './interpreter-files.js';

/**
 * Folders below a site directory that honest start-up hooks put on the import path wherever their projects are
 * installed: pywin32's, pdbpp's (in front of all others), and the one of packages made with cmeel.
 */
const IMPORT_FOLDERS: readonly (readonly RegExp[])[] = [
  [/^win32$/],
  [/^win32$/, /^lib$/],
  [/^pythonwin$/],
  [/^_pdbpp_path_hack$/],
  [/^cmeel\.prefix$/, /^lib$/, /^python\d[\d.]*t?$/, /^site-packages$/],
];

/**
 * The path of a file below each folder of the import path that it lies in: the site directory itself first.
 * @param path below a site directory, folded
 */
export function importPaths(path: readonly string[]): (readonly string[])[] {
  const found = [path];
  for (const folder of IMPORT_FOLDERS)
    if (path.length > folder.length && folder.every((name, depth) => name.test(path[depth]!)))
      found.push(path.slice(folder.length));
  return found;
}

/**
 * The module that a file is, or is part of, in any form: a module's source, bytecode or extension, a package's
 * file, any file of a folder that Python would take for a namespace. Coarse: what stands behind a name's first
 * dot is not looked at.
 * @param path below a folder of the import path, folded
 */
export function moduleAt(path: readonly string[]): string | undefined {
  const [first = '', second = ''] = path;
  if (path.length === 1) return MODULE.test(first) ? stem(first) : undefined;
  if (first === '__pycache__')
    return path.length === 2 && MODULE.test(second) ? stem(second) : undefined;
  return first.includes('.') ? undefined : first;
}

function stem(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 ? name : name.slice(0, dot);
}
