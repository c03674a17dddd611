import { readVersion } from './read-version.js';
import { DEV_RANK, POST_RANK, PRE_RANK, type VersionKey } from './version-order.js';
import {
  afterLabel,
  afterLocals,
  afterPosts,
  firstDev,
  firstOfNext,
  type Span,
  SpanSet,
} from './version-span.js';
import { hasWhiteSpace, stripped } from './white-space.js';

/** A set of versions, written as PEP 440 writes it: `==0.23.3`, `>=1,<2`, `==1.4.*`. */
export interface Specifier {
  readonly text: string;
  /**
   * Whether the version is in the set, as `packaging`'s `SpecifierSet.contains` with `prereleases=True`: `==1.0`
   * includes `1.0+local`, `<1.0` excludes 1.0's pre-releases, `===` compares texts. An invalid version is only matched
   * by `===`, or by the set without a clause.
   * @param version in its normal form
   */
  matches(version: string): boolean;
}

/**
 * Reads a specifier, by the forms that `packaging` takes. Without any clause it is the set of everything.
 * @throws {RangeError} where the text is no specifier.
 */
export function parseSpecifier(text: string): Specifier {
  const clauses = clausesOf(text).map((clause) => {
    const read = readClause(clause);
    if (read !== undefined) return read;
    throw new RangeError(`not a version specifier (PEP 440): ${JSON.stringify(text)}`);
  });
  const holds = matcher(clauses);
  // A page lists the files of a release one after the other.
  let last: { readonly version: string; readonly matches: boolean } | undefined;
  return {
    text,
    matches: (version) => {
      if (version !== last?.version) last = { version, matches: holds(version) };
      return last.matches;
    },
  };
}

/** The clauses of a specifier, as text. */
export function clausesOf(text: string): string[] {
  return text
    .split(',')
    .map(stripped)
    .filter((clause) => clause !== '');
}

/**
 * The clauses of a specifier that no version in its normal form can satisfy: `===` compares texts, and asks for
 * another spelling (`===v1.0`).
 */
export function vainClauses(text: string): string[] {
  if (!text.includes('===')) return [];
  return clausesOf(text).filter((clause) => {
    const wanted = readClause(clause)?.text;
    return wanted !== undefined && readVersion(wanted)?.normal !== wanted;
  });
}

/**
 * A specifier with a validated text, parsed on first use: of a list of thousands, hardly any is ever used. If the text
 * is invalid after all, its use throws as `parseSpecifier` does.
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

/** The condition of one clause: one text, or a range that includes or excludes a version. */
interface Clause {
  /** In lower case. */
  readonly text?: string;
  readonly within?: Span;
  readonly without?: Required<Span>;
}

function matcher(clauses: readonly Clause[]): (version: string) => boolean {
  const texts = clauses.flatMap((clause) => clause.text ?? []);
  const spans = new SpanSet(
    clauses.flatMap(({ within }) => within ?? []),
    clauses.flatMap(({ without }) => without ?? []),
  );
  const textsAlone = texts.length === clauses.length;
  return (version) => {
    if (texts.length > 0) {
      const lower = version.toLowerCase();
      if (texts.some((text) => text !== lower)) return false;
    }
    if (textsAlone) return true;
    const read = readVersion(version);
    return read !== undefined && spans.has(read.key);
  };
}

function readClause(clause: string): Clause | undefined {
  const operator = /^(?:===|[=!~<>]=|[<>])/.exec(clause)?.[0];
  if (operator === undefined) return undefined;
  const operand = stripped(clause.slice(operator.length));
  if (operator === '===') {
    const sound = operand !== '' && !hasWhiteSpace(operand) && !/[;)]/.test(operand);
    return sound ? { text: operand.toLowerCase() } : undefined;
  }
  if (operator === '==' || operator === '!=') {
    const span = operand.endsWith('.*') ? family(operand.slice(0, -2)) : equal(operand);
    return span && (operator === '==' ? { within: span } : { without: span });
  }
  // A local label is irrelevant to order.
  const version = operand.includes('+') ? undefined : readVersion(operand);
  if (version === undefined) return undefined;
  const { key, release } = version;
  switch (operator) {
    case '>=':
      return { within: { from: key } };
    case '<=':
      return { within: { to: afterLocals(key) } };
    case '>':
      return { within: { from: hasPosts(key) ? afterPosts(key) : afterLocals(key) } };
    case '<':
      return { within: { to: isPreRelease(key) ? key : firstDev(key) } };
    default: {
      if (release.length < 2) return undefined;
      const to = firstOfNext(key.epoch, release.slice(0, -1));
      return { within: { from: key, to } };
    }
  }
}

function equal(operand: string): Required<Span> | undefined {
  const key = readVersion(operand)?.key;
  return key && { from: key, to: key.local.length > 0 ? afterLabel(key) : afterLocals(key) };
}

/** `==1.4.*`: every version with this release prefix. */
function family(prefix: string): Required<Span> | undefined {
  const version = /^v?[\d.!]+$/i.test(prefix) ? readVersion(prefix) : undefined;
  if (version === undefined) return undefined;
  const { key, release } = version;
  return { from: firstDev(key), to: firstOfNext(key.epoch, release) };
}

function isPreRelease({ suffix: [pre, , , , dev] }: VersionKey): boolean {
  return pre < PRE_RANK.none || dev === DEV_RANK.dev;
}

/** Whether it may have post-releases: `>` leaves them out. */
function hasPosts({ suffix: [, , post, , dev] }: VersionKey): boolean {
  return post === POST_RANK.none && dev === DEV_RANK.none;
}
