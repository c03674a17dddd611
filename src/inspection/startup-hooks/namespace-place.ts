import { STANDARD_LIBRARY } from '../standard-library.js';
import { moduleAt } from './module-names.js';
import { ownerOf } from './owned-modules.js';
import { isCustomize } from './powerful-names.js';
import type { WheelFiles } from './wheel-files.js';

/**
 * Whether a namespace file does no more than what it is for. It makes a module of what is found under each name:
 * an extension is loaded then, at every start; a name of the standard library becomes the wheel's; what is there
 * as a module or as a package is no namespace.
 * @param packages each as its components
 */
export function areBareNamespaces(
  packages: readonly (readonly string[])[],
  wheel: WheelFiles | undefined,
): boolean {
  const places = new Set<string>();
  for (const names of packages)
    for (const [index, name] of names.entries()) {
      if (STANDARD_LIBRARY.has(name)) return false;
      places.add(
        names
          .slice(0, index + 1)
          .join('/')
          .toLowerCase(),
      );
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
  if (module === undefined) return false;
  return places.has(module === '__init__' ? folder.join('/') : [...folder, module].join('/'));
}
