import type { ProjectName } from './project-name.js';

/** A project's name, or a pattern of names where `*` stands for any run of characters, in PEP 503's form. */
export type ProjectGlob = string & { readonly __brand: 'ProjectGlob' };

const VALID = /^[a-z0-9*](?:[a-z0-9._*-]{0,198}[a-z0-9*])?$/i;

/** The normal form (`Acme_*` becomes `acme-*`), or undefined where the text can match no project's name. */
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
 * Whether the glob names the project. The last star is the only one that is ever tried again, so the cost
 * is bounded by the product of the lengths (a regular expression with many stars has no such bound).
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

/** Many globs as one question: exact names cost one look-up, only patterns are tried one by one. */
export class ProjectSet {
  readonly #names: ReadonlySet<string>;
  readonly #patterns: readonly ProjectGlob[];

  constructor(globs: readonly ProjectGlob[]) {
    this.#names = new Set(globs.filter((glob) => !isPattern(glob)));
    this.#patterns = globs.filter(isPattern);
  }

  has(name: ProjectName): boolean {
    return this.#names.has(name) || this.#patterns.some((glob) => globMatches(glob, name));
  }
}
