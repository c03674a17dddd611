import { compare, eq, explain, satisfies, validRange } from '@renovatebot/pep440';

/**
 * The normal form of a PEP 440 version (`v0.23.3` and `0.23.3.RC1` become `0.23.3` and `0.23.3rc1`),
 * or undefined where the text is not such a version. Trailing zeros stay: compare with a specifier.
 */
export function parseVersion(text: string): string | undefined {
  if (text !== last.text) last = { text, version: readVersion(text) };
  return last.version;
}

/** A page lists the files of a release one after the other. */
let last: { text: string; version: string | undefined } = { text: '', version: undefined };

/** What most versions are like, and in their normal form already: plain numbers without leading zeros. */
const PLAIN = /^(?:0|[1-9]\d{0,14})(?:\.(?:0|[1-9]\d{0,14})){0,9}$/;

function readVersion(text: string): string | undefined {
  if (PLAIN.test(text)) return text;
  const parts = text.length > 200 ? null : explain(text.trim());
  if (parts === null) return undefined;
  return parts.local === null ? parts.public : `${parts.public}+${parts.local.toLowerCase()}`;
}

/** A set of versions, written as PEP 440 writes it: `==0.23.3`, `>=1,<2`, `==1.4.*`. */
export interface Specifier {
  readonly text: string;
  /** Whether the version is in the set. Pre-releases count like any other; a local label is ignored by `==`. */
  matches(version: string): boolean;
}

const CLAUSE = /^\s*(?:~=|==|!=|<=|>=|<|>|===)\s*\S+\s*$/;

/**
 * Reads a specifier. The library answers false in silence for one that it cannot read
 * (`satisfies('1.0', '>=not')`), so every clause is checked here first.
 * @throws {RangeError} where the text is no specifier.
 */
export function parseSpecifier(text: string): Specifier {
  const clauses = text.split(',');
  const sound = clauses.every((clause) => CLAUSE.test(clause) && validRange(clause.trim()));
  if (!sound) throw new RangeError(`not a version specifier (PEP 440): ${JSON.stringify(text)}`);
  let last: { version: string | undefined; matches: boolean } = {
    version: undefined,
    matches: false,
  };
  return {
    text,
    matches: (version) => {
      if (version !== last.version)
        last = { version, matches: satisfies(version, text, { prereleases: true }) };
      return last.matches;
    },
  };
}

/**
 * A specifier whose text was found sound before, read when it is first asked: of a list of thousands hardly any
 * ever is. Where the text is not sound after all, asking throws as `parseSpecifier` does.
 */
export function laterSpecifier(text: string): Specifier {
  let read: Specifier | undefined;
  return {
    text,
    matches: (version) => {
      read ??= parseSpecifier(text);
      return read.matches(version);
    },
  };
}

/** Whether two versions are the same by PEP 440: trailing zeros and spelling play no part, a local label does. */
export function sameVersion(a: string, b: string): boolean {
  return eq(a, b);
}

/** Less than, equal to or greater than zero, as the first version comes before, with or after the second. */
export function compareVersions(a: string, b: string): number {
  return compare(a, b);
}
