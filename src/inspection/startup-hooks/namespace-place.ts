import { STANDARD_LIBRARY } from '../standard-library.js';
import { moduleAt } from './module-names.js';
import { nativeModulesAt } from './native-modules.js';
import { ownerOf } from './owned-modules.js';
import { isCustomize } from './powerful-names.js';
import type { WheelFiles } from './wheel-files.js';

/**
 * Known-good namespaces that contain the name of a standard library module below their top: that name does not conflict
 * (googleapis-common-protos until 1.61).
 */
const HONEST_BELOW: ReadonlySet<string> = new Set(['google.logging']);

/**
 * Whether a namespace file only does its job. It imports the content under each name as a module: an extension is then
 * loaded at every start; a name of the standard library is replaced by the wheel's; an existing module or package is
 * not a namespace.
 * @param packages each as its components
 */
export function areBareNamespaces(
  packages: readonly (readonly string[])[],
  wheel: WheelFiles | undefined,
): boolean {
  const places = new Set<string>();
  for (const names of packages)
    for (const [index, name] of names.entries()) {
      const dotted = names.slice(0, index + 1).join('.');
      // No namespace; the file of this name in a folder would be loaded.
      if (name === '__init__') return false;
      if (STANDARD_LIBRARY.has(name) && !HONEST_BELOW.has(dotted)) return false;
      places.add(dotted.replaceAll('.', '/').toLowerCase());
    }
  for (const [top] of packages) {
    const name = top!.toLowerCase();
    if (ownerOf(name) !== undefined || isCustomize([name, ''])) return false;
  }
  return !wheel?.files.some(({ path }) => isModuleAt(path, places));
}

/** Whether a file is a module of one of these names, or the `__init__` of a package so named, in any form. */
function isModuleAt(path: readonly string[], places: ReadonlySet<string>): boolean {
  const cached = path.at(-2) === '__pycache__';
  const folder = path.slice(0, cached ? -2 : -1);
  const module = moduleAt(path.slice(folder.length));
  if (nativeModulesAt(path).some((names) => places.has(names.join('/')))) return true;
  if (module === undefined) return false;
  return places.has(module === '__init__' ? folder.join('/') : [...folder, module].join('/'));
}
