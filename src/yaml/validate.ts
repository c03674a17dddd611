import { z } from 'zod';
import { didYouMean, expectedGot, knownKeysHere, unknownKey } from '../messages/settings.js';
import { type Discretion, OPEN } from './discretion.js';
import type { Path, YamlDocument } from './document.js';
import { nearest } from './nearest.js';
import type { Problem } from './problem.js';

export type Validation<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Validates a document against a schema and reports every problem at its position. */
export function validateYaml<S extends z.ZodType>(
  schema: S,
  document: YamlDocument,
  discretion: Discretion = OPEN,
): Validation<z.output<S>> {
  const value = document.value ?? {};
  const result = schema.safeParse(value, { error: sentence });
  if (result.success) return { ok: true, value: result.data };
  const problems = explainIssues(schema, value, result.error.issues, discretion).map(
    ({ path, message, key }) =>
      key ? document.problemAtKey(path, message) : document.problemAt(path, message),
  );
  return { ok: false, problems: inOrder(problems) };
}

/**
 * A placeholder in a message for the actual value. It is filled in later, by code that knows the position and whether
 * the value may be quoted.
 */
const FOUND = '\u{F0000}';

/** The message for an unexpected value. */
export function expected(what: string): string {
  return expectedGot(what, FOUND);
}

/** The explanation of one problem; `key` is set if the key itself is wrong. */
export interface Explained {
  readonly path: Path;
  readonly message: string;
  readonly key: boolean;
}

/** Adds facts that zod's own messages lack: the known keys, and the missing one. */
export function explainIssues(
  schema: z.ZodType,
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
  discretion: Discretion = OPEN,
): Explained[] {
  // A misspelt key also causes the problems about its parent's keys.
  const misspelt = new Set(
    issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => path.join('/')),
  );
  return issues.flatMap((issue): Explained[] => {
    const { path } = issue;
    const meant = issue.code === 'invalid_union' ? meantBranch(issue) : undefined;
    if (meant !== undefined) return explainIssues(schema, value, meant, discretion);
    if (issue.code === 'custom' && misspelt.has(path.join('/'))) return [];
    if (issue.code === 'unrecognized_keys') {
      const known = knownKeys(schema, path);
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: discretion.mayName(path, key)
          ? `${unknownKey(key, nearest(key, known))}${listOf(known)}`
          : `unknown key${listOf(known)}`,
        key: true,
      }));
    }
    if (issue.code !== 'custom' && valueAt(value, path) === undefined) {
      const name = String(path.at(-1) ?? 'content');
      return [{ path, message: `the key ${JSON.stringify(name)} is missing`, key: false }];
    }
    const found = () => discretion.value(path, valueAt(value, path));
    return [{ path, message: issue.message.replace(FOUND, found), key: false }];
  });
}

/** Shortened, because a list of a hundred keys is useless. */
function listOf(known: readonly string[]): string {
  return known.length > 40 ? '' : `; ${knownKeysHere(known)}`;
}

/** Of several alternatives, the one that matches the value's type: its inner problems are more precise. */
function meantBranch({
  path,
  errors,
}: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] | undefined {
  const fitting = errors.filter((issues) =>
    issues.every(
      ({ code, path }) => !(path.length === 0 && ['invalid_type', 'invalid_value'].includes(code)),
    ),
  );
  if (fitting.length !== 1) return undefined;
  return fitting[0]!.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
}

/** For an unknown key or word: the probably intended one. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  return near === undefined ? '' : ` ${didYouMean(near)}`;
}

/** The expected value in plain words, if the schema has no own message. */
export function sentence(issue: z.core.$ZodRawIssue): string | undefined {
  const got = issue.input;
  switch (issue.code) {
    case 'invalid_type': {
      const kind = KINDS[issue.expected] ?? issue.expected;
      const quote = issue.expected === 'string' && ['number', 'boolean'].includes(typeof got);
      return `${expected(kind)}${quote ? '; put it in quotes' : ''}`;
    }
    case 'invalid_value': {
      const values = issue.values.map(String);
      const near = typeof got === 'string' ? suggestion(got, values) : '';
      return expected(`${values.length > 1 ? 'one of ' : ''}${values.join(', ')}`) + near;
    }
    case 'too_small':
      if (issue.origin === 'string') return expectedGot('text', 'nothing');
      return issue.origin === 'array'
        ? expected('at least one entry')
        : expected(`${issue.minimum} or more`);
    case 'too_big':
      return expected(`at most ${issue.maximum}`);
    default:
      return undefined;
  }
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys and values',
  record: 'keys and values',
};

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<PropertyKey, unknown>)[step];
  }
  return at;
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly additionalProperties?: JsonSchema | boolean;
}

/** The known keys of a schema under a path, read from its JSON Schema, which is easy to traverse. */
export function knownKeys(schema: z.ZodType, path: Path): string[] {
  let at: JsonSchema | undefined = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
  for (const step of path) {
    const rest: JsonSchema | boolean | undefined = at?.additionalProperties;
    at =
      typeof step === 'number'
        ? at?.items
        : (at?.properties?.[String(step)] ?? (typeof rest === 'object' ? rest : undefined));
  }
  const form = at?.anyOf?.find(({ properties }) => properties !== undefined) ?? at;
  return Object.keys(form?.properties ?? {});
}

/** In the order of the file, because people fix it from the top. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}
