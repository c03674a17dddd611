import type { Replaced } from '../../domain/integrity.js';
import { noStrongDigest } from '../../messages/reasons.js';
import { instant, type Rule } from './rule.js';

/** Not a setting of the policy: bytes that nothing vouches for cannot be checked, stored or judged by name. */
export const integrity: Rule = ({ subject }) => {
  const { sha256, integrity: standing, filename, replaced } = subject;
  if (typeof standing === 'object') return { reason: standing.doubt };
  if (sha256 === undefined && standing !== 'on-arrival')
    return { reason: noStrongDigest(filename) };
  return replaced && { reason: whatWas(filename, replaced), lifted: true, action: 'warn' };
};

/** Recorded with each delivery of the file, without refusing it. */
function whatWas(filename: string, { sha256, at }: Replaced): string {
  const when = at === undefined ? '' : `, until ${instant(at)}`;
  return `${filename} was replaced at its index, which had sha256 ${sha256.slice(0, 12)}… before${when}; let through: reuploads is accept`;
}
