import {
  type DistributionFilename,
  parseDistributionFilename,
} from '../domain/distribution-filename.js';
import { tagParts } from '../domain/wheel-tags.js';

/**
 * Whether a statement's subject names the file (PEP 740). The comparison is by meaning, not by spelling: publishers
 * normalise names and versions, PyPI has files from before it did, and the tags of a wheel may have any order.
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

/** A wheel's tags in canonical order, and its variant's label. */
function tagsOf(name: DistributionFilename): string {
  const parts = tagParts(name).map((part) => part.split('.').sort().join('.'));
  return [...parts, name.variant].join('-');
}
