import { parseDecisionId } from '../decisions/decision-id.js';
import { badParameter } from '../domain/bad-parameter.js';
import { parseSha256, type Sha256 } from '../domain/digest.js';
import { AN_INSTANT, parseInstant } from '../domain/instant.js';
import { type ProjectName, parseProjectName } from '../domain/project-name.js';
import { parseSpecifier, type Specifier } from '../domain/version.js';

/** The values of a query parameter. */
export interface Kind<Value> {
  /** For messages: completes "must be …". */
  readonly takes: string;
  /** Undefined if it is invalid. */
  readonly parse: (text: string) => Value | undefined;
}

export function oneOf<Value extends string>(values: readonly Value[]): Kind<Value> {
  return {
    takes: values.length === 1 ? values[0]! : `one of ${values.join(', ')}`,
    parse: (text) => values.find((value) => value === text),
  };
}

/** A number from 1. @param what such as `a line number` */
export function natural(what: string): Kind<number> {
  return {
    takes: `${what}, from 1`,
    parse: (text) => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined),
  };
}

export const ANYTHING: Kind<string> = { takes: 'a text', parse: (text) => text || undefined };

/** Milliseconds since 1970. */
export const INSTANT: Kind<number> = { takes: AN_INSTANT, parse: parseInstant };

export const PROJECT: Kind<ProjectName> = {
  takes: 'a project name (PEP 508), such as requests',
  parse: parseProjectName,
};

export const VERSIONS: Kind<Specifier> = {
  takes: 'a version specifier (PEP 440), such as ==1.2.3',
  parse(text) {
    try {
      return parseSpecifier(text);
    } catch {
      return undefined;
    }
  },
};

export const SHA256: Kind<Sha256> = {
  takes: 'a SHA-256 of 64 hexadecimal digits',
  parse: (text) => parseSha256(text.toLowerCase()),
};

export const DECISION_ID: Kind<string> = {
  takes: 'the "id" of a decision',
  parse: (text) => (parseDecisionId(text) === undefined ? undefined : text),
};

/** Set, or not. */
export const FLAG: Kind<boolean> = {
  takes: '1 or 0',
  parse: (text) => (text === '1' ? true : text === '0' ? false : undefined),
};

export { A_CURSOR } from '../domain/bad-parameter.js';

export const FORMAT = oneOf(['json', 'csv']);

/**
 * Reads a parameter of a query; undefined if it is absent or empty, as in a form that is not filled in.
 * @throws {Failure} bad-request, which names the parameter and its values
 */
export function parameterOf<Value>(
  query: URLSearchParams,
  name: string,
  { takes, parse }: Kind<Value>,
): Value | undefined {
  const texts = query.getAll(name);
  if (texts.length > 1) throw badParameter(name, 'given once');
  const [text = ''] = texts;
  if (text === '') return undefined;
  const value = parse(text.trim());
  if (value === undefined) throw badParameter(name, takes);
  return value;
}

/** The end of a period, which begins with `since`. @throws {Failure} bad-request if it is the earlier of the two */
export function untilOf(query: URLSearchParams, since: number | undefined): number | undefined {
  const until = parameterOf(query, 'until', INSTANT);
  // A search may be continued from the very start of its period.
  if (since !== undefined && until !== undefined && until < since)
    throw badParameter('until', 'no earlier than "since"');
  return until;
}
