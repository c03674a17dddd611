import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { describeIssue } from '../yaml/describe-issue.js';
import { nearest } from '../yaml/nearest.js';
import { type Problem, ProblemsError } from '../yaml/problem.js';
import { readYaml } from '../yaml/read-yaml.js';
import { type Config, configSchema } from './schema.js';

export type { Config, UpstreamConfig } from './schema.js';

/** Where a configuration comes from. Flags win over the environment, the environment over the file. */
export interface ConfigSources {
  /** A file that must exist; where none is named, `wheelgate.yaml` in the current folder, if it is there. */
  readonly file: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** Values by their path in the file: `{ 'cache.disk': '10GB' }`. */
  readonly flags: Readonly<Record<string, unknown>>;
}

const DEFAULT_FILE = 'wheelgate.yaml';
const PREFIX = 'WHEELGATE_';
/** Ours, but no settings: they steer tests, and name the file. */
const RESERVED = /^WHEELGATE_(TEST_|CONFIG$)/;

/** @throws {ProblemsError} with everything that is wrong, and where */
export function loadConfig({ file, env, flags }: ConfigSources): Config {
  const named = file ?? env.WHEELGATE_CONFIG;
  const path = named ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined);
  const tree = path === undefined ? {} : readFile(path, env);
  const problems: Problem[] = [];
  const places = new Map<string, string>();
  for (const { key, value, place } of [...fromEnvironment(env, problems), ...fromFlags(flags)]) {
    set(tree, key, value);
    places.set(key, place);
  }
  if (problems.length > 0) throw new ProblemsError(problems);
  const parsed = configSchema.safeParse(tree, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new ProblemsError(
    parsed.error.issues
      .flatMap((issue) => describeIssue(issue, configSchema))
      .map(({ path: where, message }) => {
        const key = where.join('.');
        const place = [...places].find(([set]) => key === set || key.startsWith(`${set}.`))?.[1];
        return { file: place ?? path ?? key, line: 1, column: 1, message };
      }),
  );
}

type Tree = Record<string, unknown>;

/** Checks the file alone, so that its problems carry lines, and returns it as it was written. */
function readFile(path: string, env: NodeJS.ProcessEnv): Tree {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const message = `the configuration cannot be read: ${(error as Error).message}`;
    throw new ProblemsError([{ file: path, line: 1, column: 1, message }]);
  }
  const interpolate = (value: string): string =>
    value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_match, name: string) => {
      const found = env[name];
      if (found === undefined) throw new Error(`the environment has no ${name}`);
      return found;
    });
  const checked = readYaml(path, text, configSchema, interpolate);
  if (!checked.ok) throw new ProblemsError(checked.problems);
  const raw = readYaml(path, text, z.record(z.string(), z.unknown()), interpolate);
  return raw.ok ? raw.value : {};
}

interface Setting {
  readonly key: string;
  readonly value: unknown;
  readonly place: string;
}

function fromEnvironment(env: NodeJS.ProcessEnv, problems: Problem[]): Setting[] {
  const settings: Setting[] = [];
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(PREFIX) || RESERVED.test(name) || text === undefined) continue;
    const field = FIELDS.get(name);
    if (field !== undefined)
      settings.push({ key: field.key, value: field.read(text), place: name });
    else {
      const near = nearest(name, [...FIELDS.keys()]);
      const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
      problems.push({ file: name, line: 1, column: 1, message: `no setting has this name${hint}` });
    }
  }
  return settings;
}

function fromFlags(flags: ConfigSources['flags']): Setting[] {
  return Object.entries(flags)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({ key, value, place: `--${key}` }));
}

function set(tree: Tree, key: string, value: unknown): void {
  const parts = key.split('.');
  const last = parts.pop()!;
  let node = tree;
  for (const part of parts) {
    const child = node[part];
    node[part] = typeof child === 'object' && child !== null ? { ...child } : {};
    node = node[part] as Tree;
  }
  node[last] = value;
}

/** One key of the configuration as an environment variable gives it. */
export interface EnvironmentField {
  readonly key: string;
  readonly description: string | undefined;
  readonly read: (text: string) => unknown;
}

/** Every setting by its environment variable: `WHEELGATE_CACHE_MIN_FREE` is `cache.minFree`. */
export const FIELDS: ReadonlyMap<string, EnvironmentField> = new Map(fieldsOf(configSchema, []));

function fieldsOf(schema: z.ZodType, path: readonly string[]): [string, EnvironmentField][] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject)
    return Object.entries(inner.shape).flatMap(([key, value]) =>
      fieldsOf(value as z.ZodType, [...path, key]),
    );
  const name = PREFIX + path.map((part) => part.replace(/[A-Z]/g, '_$&').toUpperCase()).join('_');
  return [[name, { key: path.join('.'), description: schema.description, read: readerFor(inner) }]];
}

function unwrap(schema: z.ZodType): z.ZodType {
  let inner = schema;
  while (
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodOptional
  )
    inner = inner.unwrap() as z.ZodType;
  return inner;
}

/** Text stays text; numbers and booleans are read as such, lists as JSON or separated by commas. */
function readerFor(schema: z.ZodType): (text: string) => unknown {
  if (schema instanceof z.ZodNumber) return (text) => (text.trim() === '' ? text : Number(text));
  if (schema instanceof z.ZodBoolean)
    return (text) => ({ true: true, '1': true, false: false, '0': false })[text.trim()] ?? text;
  if (schema instanceof z.ZodArray) return readList;
  return (text) => text;
}

function readList(text: string): unknown {
  if (!/^\s*\[/.test(text)) return text.split(',').map((part) => part.trim());
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
