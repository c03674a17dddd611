import type { ProjectName } from './project-name.js';

/** A set of project names, written as names with `*` for any run of characters: `acme-*`. */
export interface NameGlob {
  readonly text: string;
  /** Whether the glob is one plain name. */
  readonly exact: ProjectName | undefined;
  matches(project: ProjectName): boolean;
}

/**
 * Reads a glob. Like names, globs are compared in PEP 503's form: `Acme_*` is `acme-*`.
 * @throws {RangeError} where it could match no name
 */
export function parseNameGlob(text: string): NameGlob {
  if (!/^[a-z0-9*][a-z0-9*._-]*$/i.test(text))
    throw new RangeError(`not a project's name or a glob of one: ${JSON.stringify(text)}`);
  const normal = text.replace(/[-_.]+/g, '-').toLowerCase();
  if (!normal.includes('*')) {
    if (normal.endsWith('-')) throw new RangeError(`not a project's name: ${JSON.stringify(text)}`);
    return { text, exact: normal as ProjectName, matches: (project) => project === normal };
  }
  const pieces = normal.split(/\*+/);
  return { text, exact: undefined, matches: (project) => matchesPieces(project, pieces) };
}

/** Linear in the name's length: the pieces between the stars are found one after the other. */
function matchesPieces(name: string, pieces: readonly string[]): boolean {
  const [first = '', ...rest] = pieces;
  const last = rest.pop() ?? '';
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = name.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
