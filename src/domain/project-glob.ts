import type { ProjectName } from './project-name.js';

/** A project's name, or a pattern in which `*` matches any run of characters, in PEP 503's form. */
export type ProjectGlob = string & { readonly __brand: 'ProjectGlob' };

const VALID = /^[a-z0-9*](?:[a-z0-9._*-]{0,198}[a-z0-9*])?$/i;

/** The normal form (`Acme_*` becomes `acme-*`), or undefined if the text cannot match any project name. */
export function parseProjectGlob(text: string): ProjectGlob | undefined {
  if (!VALID.test(text)) return undefined;
  return text
    .replace(/[-_.]+/g, '-')
    .replace(/\*+/g, '*')
    .toLowerCase() as ProjectGlob;
}

export function isPattern(glob: ProjectGlob): boolean {
  return glob.includes('*');
}

/**
 * Whether the glob matches the project. Only the last star is retried, so the cost is bounded by the product of the
 * lengths (a regular expression with many stars has no such bound).
 */
export function globMatches(glob: ProjectGlob, name: ProjectName): boolean {
  let g = 0;
  let star = -1;
  let resume = 0;
  for (let n = 0; n < name.length; ) {
    if (glob[g] === '*') {
      star = g++;
      resume = n;
    } else if (g < glob.length && glob[g] === name[n]) {
      g++;
      n++;
    } else if (star !== -1) {
      g = star + 1;
      n = ++resume;
    } else return false;
  }
  while (glob[g] === '*') g++;
  return g === glob.length;
}

/** Projects whose patterns are remembered: a page asks for the same one thousands of times. */
const MAX_REMEMBERED = 1_000;

/**
 * Values by the globs that they are for. An exact name costs one look-up, however many there are; patterns are tried
 * one by one when a project is asked for first.
 */
export class GlobIndex<T> {
  readonly #names = new Map<string, T[]>();
  readonly #patterns: (readonly [ProjectGlob, T])[] = [];
  readonly #remembered = new Map<ProjectName, readonly T[]>();

  constructor(entries: Iterable<readonly [ProjectGlob, T]>) {
    for (const entry of entries) {
      const [glob, value] = entry;
      const same = this.#names.get(glob);
      if (isPattern(glob)) this.#patterns.push(entry);
      else if (same === undefined) this.#names.set(glob, [value]);
      else same.push(value);
    }
  }

  /** All entries that match the project: exact names first, then patterns, each in the given order. */
  find(name: ProjectName): readonly T[] {
    const named = this.#names.get(name) ?? NOTHING;
    if (this.#patterns.length === 0) return named;
    const known = this.#remembered.get(name);
    if (known !== undefined) return known;
    const matching = this.#patterns.filter(([glob]) => globMatches(glob, name));
    const found = [...named, ...matching.map(([, value]) => value)];
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(name, found);
    return found;
  }
}

const NOTHING: readonly never[] = [];

/** Many globs as one question. */
export class ProjectSet {
  readonly #index: GlobIndex<true>;

  constructor(globs: readonly ProjectGlob[]) {
    this.#index = new GlobIndex(globs.map((glob) => [glob, true]));
  }

  has(name: ProjectName): boolean {
    return this.#index.find(name).length > 0;
  }
}
