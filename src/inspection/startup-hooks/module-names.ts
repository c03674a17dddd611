import { MODULE } from './interpreter-files.js';

/**
 * Folders below a site directory that known-good startup hooks add to the import path when their projects are
 * installed: pywin32's, pdbpp's (before all others), and that of packages built with cmeel.
 */
const IMPORT_FOLDERS: readonly (readonly RegExp[])[] = [
  [/^win32$/],
  [/^win32$/, /^lib$/],
  [/^pythonwin$/],
  [/^_pdbpp_path_hack$/],
  [/^cmeel\.prefix$/, /^lib$/, /^python\d[\d.]*t?$/, /^site-packages$/],
];

/**
 * The path of a file relative to each folder of the import path that contains it, the site directory first. cmeel's hook adds
 * its folder below every folder of the import path, so the folders may be in one another.
 * @param path below a folder of the import path, folded
 */
export function importPaths(path: readonly string[]): (readonly string[])[] {
  const found = [path];
  // The paths that are found are searched in turn; each is shorter than the one that it is from.
  for (const one of found)
    for (const folder of IMPORT_FOLDERS)
      if (one.length > folder.length && folder.every((name, depth) => name.test(one[depth]!)))
        found.push(one.slice(folder.length));
  return found;
}

/**
 * The module that a file is, or is part of, in any form: a module's source, bytecode or extension, a package's file,
 * any file of a folder that Python would treat as a namespace. Coarse: the part after a name's first dot is ignored.
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
