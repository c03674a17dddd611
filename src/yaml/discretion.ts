/**
 * What may be repeated of a document in what is said of it. Where a secret stands in the wrong place, or in the wrong
 * shape, the message that says so must not carry it into a log.
 */
export interface Discretion {
  /** How a value is called in `expected …, got …`. */
  value(path: readonly PropertyKey[], value: unknown): string;
  /** Whether an unknown key may be named. */
  mayName(path: readonly PropertyKey[], key: string): boolean;
}

/** For files that hold no secrets. */
export const OPEN: Discretion = { value: (_path, value) => describe(value), mayName: () => true };

/** For files that hold nothing but secrets. */
export const DISCREET: Discretion = { value: (_path, value) => kindOf(value), mayName: isWord };

/** A value as a person would name it, never long. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'keys and values';
  if (typeof value === 'string')
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return `the ${typeof value} ${String(value)}`;
}

/** A value by its kind alone. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null || typeof value === 'object') return describe(value);
  return `${typeof value === 'string' ? 'text' : `a ${typeof value}`} (not shown)`;
}

/** Whether it looks like a key that is misspelt, and not like something that lacks the blank behind its colon. */
export function isWord(_path: readonly PropertyKey[], key: string): boolean {
  return /^[a-z][a-z_-]{0,30}$/i.test(key);
}
