import type { ProjectName } from '../../domain/project-name.js';
import type { StartPlaces } from '../../domain/start-places.js';
import { foldPath } from '../archive/member-name.js';
import { mayHavePowerInAdded, powerInAdded } from './added-power.js';
import { isNativeName, nativeModulesAt } from './native-modules.js';

/** More shallow native modules than any known-good wheel has; at 200 characters each they are 400 kB. */
const MAX_FILLED = 2_000;
/** More folders and namespaces than any known-good wheel has. */
const MAX_OPENED = 200;
/** A longer place cannot be opened, so filling it has no effect. */
const MAX_LENGTH = 200;

/** The components of the deepest namespace that counts as generated; none of a known-good project is deeper. */
export const DEEPEST_NAMESPACE = 3;

/** Gathers the start places of one wheel. */
export class StartPlaceList {
  readonly #project: ProjectName | undefined;
  readonly #opens = new Set<string>();
  readonly #fills = new Set<string>();
  #cut = false;

  constructor(project: ProjectName | undefined) {
    this.#project = project;
  }

  /** Undefined for nearly all wheels. */
  get places(): StartPlaces | undefined {
    if (this.#opens.size === 0 && this.#fills.size === 0 && !this.#cut) return undefined;
    const opens = [...this.#opens].sort();
    const fills = [...this.#fills].sort();
    return { opens, fills, ...(this.#cut && { cut: true as const }) };
  }

  /** A member whose path is `isOrdinary`: its destination is its path in the site directory. */
  seeOrdinary(member: string): void {
    if (mayFill(member)) this.#see(foldPath(member).split('/'));
  }

  /** @param path below a site directory, folded */
  see(path: readonly string[]): void {
    if (mayFill(path.join('/'))) this.#see(path);
  }

  #see(path: readonly string[]): void {
    for (const native of nativeModulesAt(path))
      if (native.length <= DEEPEST_NAMESPACE) this.#fill(native.join('/'));
    for (let depth = 1; depth < path.length; depth++)
      if (powerInAdded(path, depth, this.#project) !== undefined)
        this.#fill(`${path.slice(0, depth).join('/')}/`);
  }

  /** @param folder as a line of a `.pth` has it, folded */
  openFolder(folder: string): void {
    this.#open(`${folder}/`);
  }

  /** @param names the components of a namespace */
  openNamespace(names: readonly string[]): void {
    for (const index of names.keys()) this.#open(foldPath(names.slice(0, index + 1).join('/')));
  }

  #open(place: string): void {
    if (place.length <= MAX_LENGTH && this.#opens.size < MAX_OPENED) this.#opens.add(place);
    else if (!this.#opens.has(place)) this.#cut = true;
  }

  #fill(place: string): void {
    if (place.length > MAX_LENGTH) return;
    if (this.#fills.size < MAX_FILLED) this.#fills.add(place);
    else if (!this.#fills.has(place)) this.#cut = true;
  }
}

/** Nearly all files fill no place: one check of a path, instead of one for each of its folders. */
function mayFill(path: string): boolean {
  return isNativeName(path) || mayHavePowerInAdded(path);
}
