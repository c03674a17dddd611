import { z } from 'zod';
import { nearest } from './nearest.js';
import type { Path } from './read-yaml.js';

/** One thing to say to the person who wrote the file. */
export interface Description {
  readonly path: Path;
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

/** Puts zod's issue into the words of someone who edits YAML: what stands there, and what was expected. */
export function describeIssue(issue: Issue, schema: z.ZodType): Description[] {
  const { path } = issue;
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysAt(schema, path);
      return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, known) }));
    }
    case 'invalid_type':
      return [
        {
          path,
          message:
            issue.input === undefined
              ? `${quote(path.at(-1))} is missing`
              : `expected ${ARTICLES[issue.expected] ?? issue.expected}, found ${shown(issue.input)}`,
        },
      ];
    case 'invalid_value': {
      const values = issue.values.map(String);
      const hint = typeof issue.input === 'string' ? suggestion(issue.input, values) : '';
      return [{ path, message: `expected ${list(values)}, found ${shown(issue.input)}${hint}` }];
    }
    case 'invalid_union': {
      // The branch that came furthest is the one that was meant.
      const branches = issue.errors.map((issues) => ({
        issues,
        depth: Math.max(0, ...issues.map((inner) => inner.path.length)),
      }));
      const best = branches.sort(
        (a, b) => b.depth - a.depth || a.issues.length - b.issues.length,
      )[0];
      return (best?.issues ?? []).flatMap((inner) =>
        describeIssue({ ...inner, path: [...path, ...inner.path] } as Issue, schema),
      );
    }
    case 'invalid_key':
      return [{ path, message: issue.issues[0]?.message ?? issue.message }];
    default:
      return [{ path, message: issue.message }];
  }
}

const ARTICLES: Readonly<Record<string, string>> = {
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  int: 'a whole number',
};

function unknownKey(key: string, known: readonly string[]): string {
  const expected = known.length === 0 ? '' : `; expected ${list(known)}`;
  return `unknown key ${quote(key)}${suggestion(key, known)}${expected}`;
}

function suggestion(text: string, known: readonly string[]): string {
  const near = nearest(text, known);
  return near === undefined ? '' : ` (did you mean ${quote(near)}?)`;
}

function list(values: readonly string[]): string {
  return values.length === 1 ? values[0]! : `one of ${values.join(', ')}`;
}

function quote(value: unknown): string {
  return JSON.stringify(String(value ?? 'the document'));
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a mapping';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The keys that a mapping at this path may have, read from the schema. */
function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  let type: z.core.$ZodType | undefined = schema;
  for (const part of path) type = step(bare(type), part);
  const found = bare(type);
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

function step(type: z.core.$ZodType | undefined, part: PropertyKey): z.core.$ZodType | undefined {
  if (type instanceof z.ZodObject) return type.shape[part as string];
  if (type instanceof z.ZodArray) return type.element;
  if (type instanceof z.ZodRecord) return type.valueType;
  return undefined;
}

/** The type without the wrappers around it: optional, default, pipe. */
function bare(type: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  let inner = type;
  for (;;) {
    if (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) inner = inner.unwrap();
    else if (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault)
      inner = inner.unwrap();
    else if (inner instanceof z.ZodPipe) inner = inner.in;
    else return inner;
  }
}
