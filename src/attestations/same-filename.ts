import {
  type DistributionFilename,
  parseDistributionFilename,
} from '../domain/distribution-filename.js';
import { tagParts } from '../domain/wheel-tags.js';

/**
 * Whether a statement's subject names the file (PEP 740). They are compared as what they say, not as they are
 * spelt: publishers normalise names and versions, and PyPI has files from before it did; the tags of a wheel
 * may stand in any order.
 */
export function sameFilename(subject: string, filename: string): boolean {
  if (subject === filename) return true;
  const a = parseDistributionFilename(subject);
  const b = a?.project === undefined ? undefined : parseDistributionFilename(filename, a.project);
  if (a === undefined || b === undefined || a.version === undefined) return false;
  return (
    a.kind === b.kind &&
    a.format === b.format &&
    a.project === b.project &&
    a.version === b.version &&
    a.build === b.build &&
    (a.kind === 'wheel' ? tagsOf(a) === tagsOf(b) : a.kind === 'sdist')
  );
}

/** A wheel's tags in one order, and its variant's label. */
function tagsOf(name: DistributionFilename): string {
  const parts = tagParts(name).map((part) => part.split('.').sort().join('.'));
  return [...parts, name.variant].join('-');
}
