import { findingsOf, objectTo } from './findings.js';
import type { Rule } from './rule.js';

/**
 * Refuses METADATA that names another release than the filename, and wheels whose METADATA is not what the
 * page advertised as the `.metadata` sidecar (PEP 658): resolvers would decide by one, installers by the other.
 */
export const metadata: Rule = ({ inspection, subject }) => {
  const found = objectTo(findingsOf(inspection, 'metadata'));
  if (found !== undefined) return found;
  const actual = inspection?.metadataSha256;
  const declared = subject.declaredMetadata;
  if (actual === undefined || declared === undefined || actual === declared) return undefined;
  return {
    reason: `its METADATA is not the file that the index advertises as ${subject.filename}.metadata`,
  };
};
