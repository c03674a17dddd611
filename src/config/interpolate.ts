import type { YamlDocument } from '../yaml/document.js';
import type { Problem } from '../yaml/problem.js';
import { pathText, type References } from './discretion.js';

/**
 * `${NAME}` in a text value stands for an environment variable, `$${` for `${` itself.
 *
 * Braces have a meaning in YAML within `{ … }`, so before the file is parsed they are replaced with private-use
 * characters of Unicode; each by exactly one, which keeps lines and columns. Values are inserted after parsing, so they
 * are never parsed as YAML.
 */
const OPEN = '\uE000\uE001';
const CLOSE = '\uE002';
const REFERENCE = /(?<!\$)\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
const ASIDE = new RegExp(`${OPEN}(\\w+)${CLOSE}`, 'g');

export function putReferencesAside(text: string): string {
  return text.replace(REFERENCE, `${OPEN}$1${CLOSE}`);
}

/** A reference to a variable that is not set. */
export interface UnsetVariable {
  /** The first name of the setting that refers to it. */
  readonly section: string;
  readonly variable: string;
  /** At its place. */
  readonly problem: Problem;
}

/**
 * Inserts all values.
 * @returns also the references without one, and the places of inserted values, so messages can omit them
 */
export function interpolate(
  document: YamlDocument,
  env: Readonly<Record<string, string | undefined>>,
): { value: unknown; unset: UnsetVariable[]; references: References } {
  const unset: UnsetVariable[] = [];
  const byPath = new Map<string, string[]>();
  const values = new Map<string, string>();
  const fill = (value: unknown, path: readonly PropertyKey[]): unknown => {
    if (Array.isArray(value)) return value.map((part, index) => fill(part, [...path, index]));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(
        Object.entries(value).map(([key, part]) => [key, fill(part, [...path, key])]),
      );
    if (typeof value !== 'string') return value;
    return value
      .replace(ASIDE, (_, name: string) => {
        const found = env[name];
        const key = pathText(path);
        byPath.set(key, [...(byPath.get(key) ?? []), name]);
        if (found !== undefined) values.set(name, found);
        if (found === undefined)
          unset.push({
            section: String(path[0]),
            variable: name,
            problem: document.problemAt(path, `the environment variable ${name} is not set`),
          });
        return found ?? '';
      })
      .replaceAll('$${', '${');
  };
  return { value: fill(document.value ?? {}, []), unset, references: { byPath, values } };
}
