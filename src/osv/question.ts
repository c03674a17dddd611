import { type ProjectName, parseProjectName } from '../domain/project-name.js';
import { parseVersion } from '../domain/version.js';

/** A query about one package, as far as Wheelgate supports it. */
export interface Question {
  readonly project: ProjectName;
  /** PEP 440's normal form; undefined if all releases are requested, or the version is invalid. */
  readonly version: string | undefined;
  /** Whether the given version is invalid (PEP 440). */
  readonly isInvalid: boolean;
  /** Number of advisories in earlier responses. */
  readonly skip: number;
}

/** An invalid query, for which OSV responds with status 400. */
export class BadQuestion extends Error {
  override readonly name = 'BadQuestion';
}

/** Maximum number of queries per batch, as in OSV's API. */
const MOST = 1_000;

/** Parses the body of a batch. @throws {BadQuestion} */
export function readBatch(body: unknown): readonly (Question | undefined)[] {
  const queries = isObject(body) ? body.queries : undefined;
  if (!Array.isArray(queries)) throw new BadQuestion('Invalid query: "queries" is not a list.');
  if (queries.length > MOST) throw new BadQuestion('Too many queries.');
  return queries.map(readQuestion);
}

/**
 * Parses one query: a package by name and ecosystem, or by its URL (purl), and a version.
 * @returns undefined for queries that never have results: commits, other ecosystems, invalid names
 * @throws {BadQuestion}
 */
export function readQuestion(body: unknown): Question | undefined {
  if (!isObject(body)) throw new BadQuestion('Invalid query.');
  const version = textOf(body, 'version');
  const skip = skipOf(textOf(body, 'page_token'));
  if (textOf(body, 'commit') !== undefined) return undefined;
  const named = isObject(body.package) ? body.package : {};
  const purl = textOf(named, 'purl');
  if (purl !== undefined) return ofPurl(purl, named, version, skip);
  const name = textOf(named, 'name');
  const ecosystem = textOf(named, 'ecosystem');
  if (name === undefined || ecosystem === undefined)
    throw new BadQuestion('Invalid query: a package requires a name and an ecosystem, or a purl.');
  const project = ecosystem.toLowerCase() === 'pypi' ? readName(name) : undefined;
  return project && question(project, version, skip);
}

/** `pkg:pypi/NAME@VERSION?qualifiers#subpath`. */
const PURL = /^pkg:\/*([a-z][\w.+-]*)\/([^@?#]+)(?:@([^?#]*))?(?:\?[^#]*)?(?:#.*)?$/i;

function ofPurl(
  text: string,
  named: Readonly<Record<string, unknown>>,
  version: string | undefined,
  skip: number,
): Question | undefined {
  const [, type, path, own] = PURL.exec(text) ?? [];
  if (type === undefined || path === undefined) throw new BadQuestion('Invalid Package URL.');
  if (textOf(named, 'name') !== undefined || textOf(named, 'ecosystem') !== undefined)
    throw new BadQuestion('A package takes either a name and an ecosystem, or a purl.');
  if (own && version !== undefined)
    throw new BadQuestion('The version must be given once: in the purl or separately.');
  if (type.toLowerCase() !== 'pypi') return undefined;
  const project = parseProjectName(decoded(path).replace(/^\/+|\/+$/g, ''));
  // An invalid name must not return an empty result: `six%401.17.0` would pass as clean.
  if (project === undefined) throw new BadQuestion('Invalid Package URL.');
  return question(project, own ? decoded(own) : version, skip);
}

/** A name as in requirements, with its extras. */
function readName(text: string): ProjectName | undefined {
  return parseProjectName(text.replace(/\[[^\]]*\]\s*$/, '').trim());
}

function question(project: ProjectName, text: string | undefined, skip: number): Question {
  const version = text === undefined ? undefined : parseVersion(text);
  return { project, version, isInvalid: text !== undefined && version === undefined, skip };
}

/** An empty text counts as missing, as in protocol buffers. */
function textOf(object: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = object[key];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new BadQuestion(`Invalid query: "${key}" is not a string.`);
  return value;
}

function skipOf(token: string | undefined): number {
  if (token === undefined) return 0;
  if (!/^\d{1,6}$/.test(token)) throw new BadQuestion('Invalid page token.');
  return Number(token);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new BadQuestion('Invalid Package URL.');
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
