import { editDistance } from '../../domain/edit-distance.js';
import type { KnownNames, Likeness, NearName } from '../../domain/known-names.js';
import type { ProjectName } from '../../domain/project-name.js';
import { deletions, lookOf, sortedWords, unhyphenated, withoutAffix } from './name-forms.js';

/** A name that can be imitated. */
export interface Imitable {
  readonly name: string;
  /** It is a module's and no project's: a project of that very name imitates it. */
  readonly isModule?: boolean;
  readonly users?: number;
}

/** Short names have unrelated neighbours: the minimum length, without hyphens, for the edit distance. */
const SHORTEST_EDITED = 6;
/** Words of a language are near to each other: modules are named by these. */
const SHORTEST_EDITED_MODULE = 8;
/** The minimum length after an affix is removed. */
const SHORTEST_REST = 4;
const SHORTEST_MODULE_REST = 5;

/**
 * Names by all variants that resemble them. A lookup costs a few map lookups plus one per character; an index takes
 * about 2 kB per name.
 */
export class NameIndex implements KnownNames {
  readonly validUntil: number;
  readonly #names = new Map<string, Imitable>();
  /** Names of established projects: they are never imitations, whichever name they resemble. */
  readonly #honest: ReadonlySet<string>;
  readonly #plain = new Map<string, Imitable[]>();
  readonly #words = new Map<string, Imitable[]>();
  readonly #looks = new Map<string, Imitable[]>();
  readonly #rests = new Map<string, Imitable[]>();
  readonly #deletions = new Map<string, Imitable[]>();
  /** A page asks for the same one thousands of times. */
  #last:
    | { readonly project: string; readonly isNew: boolean; readonly found: NearName | undefined }
    | undefined;

  /**
   * @param names of two that are the same in some form the first is found
   * @param validUntil milliseconds since 1970
   */
  constructor(
    names: Iterable<Imitable>,
    honest: ReadonlySet<string> = new Set(),
    validUntil = Infinity,
  ) {
    this.validUntil = validUntil;
    this.#honest = honest;
    for (const known of names) this.#add(known);
  }

  near(project: ProjectName, isNew: boolean): NearName | undefined {
    if (this.#last?.project !== project || this.#last.isNew !== isNew)
      this.#last = { project, isNew, found: this.#find(project, isNew) };
    return this.#last.found;
  }

  #find(project: string, isNew: boolean): NearName | undefined {
    if (this.#honest.has(project)) return undefined;
    const same = this.#names.get(project);
    if (same?.isModule) return nearName(same, 'same');
    if (same !== undefined && !isNew) return undefined;
    const plain = unhyphenated(project);
    const alike: readonly (readonly [Likeness, Imitable | undefined])[] = [
      ['separators', otherAt(this.#plain, plain, project)],
      ['word-order', otherAt(this.#words, sortedWords(project), project)],
      ['look-alike', otherAt(this.#looks, lookOf(project), project)],
      ['one-edit', this.#oneEdit(plain)],
      ['affix', this.#affixed(project, plain)],
    ];
    for (const [likeness, known] of alike)
      if (known !== undefined) return nearName(known, likeness);
    return undefined;
  }

  #add(known: Imitable): void {
    const { name, isModule = false } = known;
    if (this.#names.has(name)) return;
    this.#names.set(name, known);
    const plain = unhyphenated(name);
    put(this.#plain, plain, known);
    put(this.#words, sortedWords(name), known);
    put(this.#looks, lookOf(name), known);
    if (!isModule)
      for (const rest of withoutAffix(name))
        if (rest.length >= SHORTEST_REST) put(this.#rests, rest, known);
    if (plain.length < (isModule ? SHORTEST_EDITED_MODULE : SHORTEST_EDITED)) return;
    for (const shorter of deletions(plain)) put(this.#deletions, shorter, known);
  }

  #oneEdit(plain: string): Imitable | undefined {
    if (plain.length < SHORTEST_EDITED - 1) return undefined;
    for (const shorter of deletions(plain))
      for (const known of this.#deletions.get(shorter) ?? [])
        if (editDistance(plain, unhyphenated(known.name)) === 1) return known;
    return undefined;
  }

  /** `pycolorama` for `colorama`, `dateutil` and `dateutil3` for `python-dateutil`. */
  #affixed(project: string, plain: string): Imitable | undefined {
    for (const rest of withoutAffix(project)) {
      const known = otherAt(this.#plain, rest, project);
      const shortest = known?.isModule ? SHORTEST_MODULE_REST : SHORTEST_REST;
      if (known !== undefined && rest.length >= shortest) return known;
      const affixed = otherAt(this.#rests, rest, project);
      if (affixed !== undefined) return affixed;
    }
    return otherAt(this.#rests, plain, project);
  }
}

function nearName({ name, users, isModule }: Imitable, likeness: Likeness): NearName {
  return {
    name,
    likeness,
    ...(users !== undefined && { users }),
    ...(isModule && { isModule: true as const }),
  };
}

function put(map: Map<string, Imitable[]>, key: string, known: Imitable): void {
  const same = map.get(key);
  if (same === undefined) map.set(key, [known]);
  else same.push(known);
}

/** The first name that is not the project's own. */
function otherAt(
  map: ReadonlyMap<string, readonly Imitable[]>,
  key: string,
  project: string,
): Imitable | undefined {
  return map.get(key)?.find(({ name }) => name !== project);
}
