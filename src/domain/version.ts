import { PLAIN, readVersion } from './read-version.js';
import { compareKeys } from './version-order.js';

export { laterSpecifier, parseSpecifier, type Specifier } from './specifier.js';

/**
 * The normal form of a PEP 440 version (`v0.23.3` and `0.23.3.RC1` become `0.23.3` and `0.23.3rc1`), or undefined if
 * the text is not a valid version. Trailing zeros are kept: compare with a specifier.
 */
export function parseVersion(text: string): string | undefined {
  return PLAIN.test(text) ? text : readVersion(text)?.normal;
}

/** Whether two versions are the same by PEP 440: trailing zeros and spelling play no part, a local label does. */
export function sameVersion(a: string, b: string): boolean {
  const [left, right] = [readVersion(a), readVersion(b)];
  return left !== undefined && right !== undefined && compareKeys(left.key, right.key) === 0;
}

/**
 * Less than, equal to or greater than zero, as the first version comes before, with or after the second. Invalid
 * versions come before all valid ones.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [readVersion(a), readVersion(b)];
  if (left !== undefined && right !== undefined) return compareKeys(left.key, right.key);
  return Number(left !== undefined) - Number(right !== undefined);
}

/**
 * One text for all spellings of a version: the normal form without trailing zeros of the release. Undefined if the text
 * is not a version.
 */
export function canonicalVersion(text: string): string | undefined {
  const read = readVersion(text);
  if (read === undefined) return undefined;
  const { normal, release, key } = read;
  const start = normal.indexOf('!') + 1;
  const rest = normal.slice(start + release.join('.').length);
  return `${normal.slice(0, start)}${key.release.join('.') || '0'}${rest}`;
}
