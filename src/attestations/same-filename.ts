import {
  type DistributionFilename,
  parseDistributionFilename,
} from '../domain/distribution-filename.js';

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

/** The parts of a wheel's name behind version and build, each a set of tags joined by dots (PEP 425), and the variant's label. */
function tagsOf({ filename, build, variant }: DistributionFilename): string {
  const parts = filename.slice(0, -'.whl'.length).split('-');
  const tags = parts.slice(build === undefined ? 2 : 3, variant === undefined ? undefined : -1);
  return [...tags.map((part) => part.split('.').sort().join('.')), variant].join('-');
}
