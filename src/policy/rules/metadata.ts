import { findings } from './findings.js';
import type { Judge } from './rule.js';

const objectToFindings = findings('metadata');

/**
 * METADATA that names another release than the filename, and a wheel whose METADATA is not what the page
 * advertises as the `.metadata` sidecar (PEP 658): resolvers would decide by one, installers by the other.
 */
export const metadata: Judge = (question) => {
  const found = objectToFindings(question);
  if (found !== undefined) return found;
  const { subject, inspection } = question;
  const actual = inspection?.metadataSha256;
  const declared = subject.declaredMetadata;
  if (actual === undefined || declared === undefined || actual === declared) return undefined;
  return {
    reason: `its METADATA is not what the index advertises as ${subject.filename}.metadata`,
  };
};
