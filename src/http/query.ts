import { Failure } from '../domain/failure.js';
import { parseSpecifier, type Specifier } from '../domain/version.js';

/** The query of a request's URL, possibly empty. */
export function queryOf(url: string): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at === -1 ? '' : url.slice(at + 1));
}

/**
 * Reads an instant from a query, in milliseconds since 1970; undefined if it is absent. @throws {Failure} bad-request
 */
export function timeOf(text: string | null | undefined, name: string): number | undefined {
  const time = text ? Date.parse(text) : undefined;
  if (Number.isNaN(time)) throw new Failure('bad-request', `The time in ${name}= is invalid.`);
  return time;
}

/** Reads a version specifier from a query; undefined if it is absent. @throws {Failure} bad-request if it is invalid */
export function specifierOf(text: string | null): Specifier | undefined {
  if (text === null || text === '') return undefined;
  try {
    return parseSpecifier(text);
  } catch {
    throw new Failure(
      'bad-request',
      `${JSON.stringify(text)} is not a version specifier (PEP 440).`,
    );
  }
}
