import { noDigest } from '../../domain/integrity.js';
import type { Rule } from './rule.js';

/** Not a setting: bytes that nothing vouches for cannot be checked, stored or judged by name. */
export const integrity: Rule = ({ subject: { sha256, integrity: standing, filename } }) => {
  if (typeof standing === 'object') return { reason: standing.doubt };
  if (sha256 === undefined && standing !== 'on-arrival') return { reason: noDigest(filename) };
  return undefined;
};
