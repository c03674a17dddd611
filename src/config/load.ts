import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { whyUnreadable } from '../messages/files.js';
import { readYaml, type YamlDocument } from '../yaml/document.js';
import { formatProblem, type Problem } from '../yaml/problem.js';
import { explainIssues, inOrder, sentence } from '../yaml/validate.js';
import { type Config, toConfig } from './config.js';
import { configDiscretion, NO_REFERENCES, type References, withoutValues } from './discretion.js';
import { type Override, overridesFromEnvironment, overridesFromFlags } from './environment.js';
import { interpolate, putReferencesAside, type UnsetVariable } from './interpolate.js';
import { CONFIG_KEYS } from './keys.js';
import { type ConfigFile, configSchema } from './schema.js';

/** The settings are unusable; contains all problems. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

export interface ConfigSources {
  /** The file; by default `WHEELGATE_CONFIG`, then `wheelgate.yaml` in the working folder if it exists. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By the setting's name: `{ listen: '0.0.0.0:80', policies: 'policies' }`. */
  readonly flags?: Readonly<Record<string, string | undefined>>;
  /** The working folder. */
  readonly cwd?: string;
  /**
   * The settings that the caller uses, by their first name; by default all. A variable that is not set stops nobody who
   * does not use the setting: the secret of a webhook is in the environment of the server, not of an audit.
   */
  readonly uses?: readonly Section[];
}

/** The first name of a setting in the file. */
type Section = keyof ConfigFile;

/** These are validated together, so the second has its defaults if the first cannot be read. */
const DEPENDENT: readonly (readonly [Section, Section])[] = [
  ['redis', 'replica'],
  ['trusted-proxies', 'serve'],
  ['upstreams', 'upstream'],
];

/** Paths in the file are meant from the file's folder, all others from the working folder. */
const PATHS = CONFIG_KEYS.filter(({ isPath }) => isPath).map(({ path }) => path);

/**
 * Gathers the settings: flags win over the environment, that over the file, that over the defaults.
 * @throws {ConfigError} with every problem of every source
 */
export function loadConfig(sources: ConfigSources): Config {
  return loadUsedConfig(sources).config;
}

/**
 * The same, for a caller that uses only some of the settings.
 * @returns also the unset variables that were tolerated, by the setting that has its default instead
 * @throws {ConfigError}
 */
export function loadUsedConfig(sources: ConfigSources): {
  readonly config: Config;
  readonly unset: ReadonlyMap<string, string>;
} {
  const { env, uses } = sources;
  const cwd = sources.cwd ?? process.cwd();
  const file = readFile(sources);
  const environment = overridesFromEnvironment(env);
  const flags = overridesFromFlags(sources.flags ?? {});
  const isUnused = (section: string) => uses !== undefined && !uses.some((one) => one === section);
  const unset = new Map<string, string>();
  const missing = file.unset.flatMap(({ section, variable, problem }) => {
    if (!isUnused(section)) return [problem];
    unset.set(section, variable);
    return [];
  });
  const problems = [...file.problems, ...missing, ...environment.problems, ...flags.problems];
  if (problems.length > 0) throw new ConfigError(problems);

  const overrides = [...environment.overrides, ...flags.overrides];
  const value = structuredClone(file.value);
  for (const override of overrides) put(value, override.key.path, override.value);
  for (const path of PATHS) makeAbsolute(value, path, cwd);
  for (const section of unset.keys()) delete value[section];
  for (const [section, dependent] of DEPENDENT)
    if (unset.has(section) && isUnused(dependent)) delete value[dependent];
  const result = configSchema.safeParse(value, { error: sentence });
  if (!result.success) {
    const discretion = configDiscretion(file.references);
    const explained = explainIssues(configSchema, value, result.error.issues, discretion);
    const found = explained.map(({ path, message: said, key }) => {
      const message = withoutValues(said, file.references);
      const override = overrides.findLast((candidate) => reaches(candidate, path));
      if (override !== undefined) return { file: override.source, message };
      const { document } = file;
      if (document === undefined) return { file: 'configuration', message };
      return key ? document.problemAtKey(path, message) : document.problemAt(path, message);
    });
    throw new ConfigError(inOrder(found));
  }
  const cache = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache');
  return { config: toConfig(result.data, join(cache, 'wheelgate')), unset };
}

/** The absolute path of the settings file; undefined if none is named and the default does not exist. */
export function configFileOf({
  file,
  env,
  cwd = process.cwd(),
}: ConfigSources): string | undefined {
  const named = file ?? (env.WHEELGATE_CONFIG || undefined);
  const path = resolve(cwd, named ?? 'wheelgate.yaml');
  return named === undefined && !existsSync(path) ? undefined : path;
}

interface FileReading {
  readonly value: Record<string, unknown>;
  readonly document?: YamlDocument;
  readonly references: References;
  readonly problems: readonly Problem[];
  readonly unset: readonly UnsetVariable[];
}

const NOTHING = { value: {}, references: NO_REFERENCES, problems: [], unset: [] };

function readFile(sources: ConfigSources): FileReading {
  const { env } = sources;
  const path = configFileOf(sources);
  if (path === undefined) return NOTHING;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    const message = whyUnreadable(error as NodeJS.ErrnoException);
    return { ...NOTHING, problems: [{ file: path, message }] };
  }
  const document = readYaml(path, putReferencesAside(text));
  if (!('value' in document)) return { ...NOTHING, problems: document };
  const { value, unset, references } = interpolate(document, env);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { ...NOTHING, problems: [document.problemAt([], 'expected keys and values')] };
  for (const key of PATHS) makeAbsolute(value as Record<string, unknown>, key, dirname(path));
  return { value: value as Record<string, unknown>, document, references, problems: [], unset };
}

/** Sets the value under a path, and replaces other values on the way. */
function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner = target[key];
  const open = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
  const next = open ? (inner as Record<string, unknown>) : {};
  target[key] = next;
  put(next, rest, value);
}

function makeAbsolute(
  target: Record<string, unknown>,
  [key = '', ...rest]: readonly string[],
  folder: string,
): void {
  const value = target[key];
  if (rest.length === 0) {
    if (typeof value === 'string' && value !== '') target[key] = resolve(folder, value);
  } else if (typeof value === 'object' && value !== null) {
    makeAbsolute(value as Record<string, unknown>, rest, folder);
  }
}

/** Whether a problem's path is inside the override's value. */
function reaches({ key }: Override, path: readonly PropertyKey[]): boolean {
  return key.path.every((step, index) => path[index] === step);
}
