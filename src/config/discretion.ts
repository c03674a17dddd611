import { type Discretion, describe, isWord, kindOf } from '../yaml/discretion.js';

/** Settings below these are secrets, regardless of their values. */
const SECRETIVE =
  /auth|password|secret|token|credential|redis|s3|replica|webhook|tls|(?:^|-)key|url|^upstream$/i;

/** Values from environment variables. */
export interface References {
  /** The variables' names, by `pathText` of the value that contains them. */
  readonly byPath: ReadonlyMap<string, readonly string[]>;
  /** Their values, by name. */
  readonly values: ReadonlyMap<string, string>;
}

export const NO_REFERENCES: References = { byPath: new Map(), values: new Map() };
/** Shorter values are part of many words. */
const SHORTEST = 4;

/** A message without such values, in any position. */
export function withoutValues(message: string, { values }: References): string {
  let text = message;
  for (const [name, value] of values)
    if (value.length >= SHORTEST) text = text.replaceAll(value, `\${${name}}`);
  return text;
}

export function pathText(path: readonly PropertyKey[]): string {
  return JSON.stringify(path.map(String));
}

/**
 * Messages repeat the value of a setting, which best shows the error, except possible secrets: values of secret
 * settings, a malformed upstream, values from the environment (replaced by the variable's name), and all text before an
 * `@`.
 */
export function configDiscretion(references: References): Discretion {
  return {
    value: (path, value) => {
      const names = references.byPath.get(pathText(path));
      if (names !== undefined)
        return `the content of ${names.map((name) => `\${${name}}`).join(', ')}`;
      if (isSecretive(path)) return kindOf(value);
      return describe(typeof value === 'string' ? value.replace(/^.*@/s, '***@') : value);
    },
    mayName: (path, key) => isWord(path, key) && !isSecretive(path),
  };
}

function isSecretive(path: readonly PropertyKey[]): boolean {
  if (path[0] === 'upstreams' && path.length < 3) return true;
  return path.some((step) => SECRETIVE.test(String(step)));
}
