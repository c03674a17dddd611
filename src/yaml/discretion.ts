/**
 * The parts of a document that its messages may quote. If a secret is in the wrong place or has the wrong format, the
 * message must not reveal it in a log.
 */
export interface Discretion {
  /** The value's description in `expected …, got …`. */
  value(path: readonly PropertyKey[], value: unknown): string;
  /** Whether a message may name an unknown key. */
  mayName(path: readonly PropertyKey[], key: string): boolean;
}

/** For files without secrets. */
export const OPEN: Discretion = { value: (_path, value) => describe(value), mayName: () => true };

/** For files of secrets. */
export const DISCREET: Discretion = { value: (_path, value) => kindOf(value), mayName: isWord };

/** A short description of a value. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'keys and values';
  if (typeof value === 'string')
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return `the ${typeof value} ${String(value)}`;
}

/** Only the type of a value. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null || typeof value === 'object') return describe(value);
  return `${typeof value === 'string' ? 'text' : `a ${typeof value}`} (not shown)`;
}

/** Whether it looks like a misspelt key, rather than a value that lacks the space after its colon. */
export function isWord(_path: readonly PropertyKey[], key: string): boolean {
  return /^[a-z][a-z_-]{0,30}$/i.test(key);
}
