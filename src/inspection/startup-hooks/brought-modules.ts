import { foldPath } from '../archive/member-name.js';
import { importPaths, moduleAt } from './module-names.js';

/** More top-level modules than any known-good wheel has; at 64 characters each they are 64 kB. */
const MAX_MODULES = 1000;
const MAX_LENGTH = 64;

/** Gathers the names under which a wheel's files can be imported from a folder of the import path. */
export class BroughtModules {
  readonly #names = new Set<string>();
  #cut = false;
  /** The folder at the root that was seen last, with its slash: its other files bring nothing new. */
  #seen = '/';

  /** Sorted; for names that no hook could import (no identifier, or long) nothing is kept. */
  get names(): readonly string[] {
    return [...this.#names].sort();
  }

  /** Whether there were more names than are kept. */
  get cut(): boolean {
    return this.#cut;
  }

  /** A member whose path is `isOrdinary`: its destination is its path in the site directory. */
  seeOrdinary(member: string): void {
    if (member.startsWith(this.#seen)) return;
    const end = member.indexOf('/');
    const top = foldPath(member.slice(0, end === -1 ? member.length : end));
    if (end === -1) this.see([top]);
    else {
      this.#seen = member.slice(0, end + 1);
      this.see([top, '']);
    }
  }

  /** @param path below a site directory, folded */
  see(path: readonly string[]): void {
    for (const below of importPaths(path)) this.add(moduleAt(below));
  }

  /** @param module folded */
  add(module: string | undefined): void {
    if (module === undefined || module.length > MAX_LENGTH || !/^[a-z_]\w*$/.test(module)) return;
    if (this.#names.size < MAX_MODULES || this.#names.has(module)) this.#names.add(module);
    else this.#cut = true;
  }
}
