import type { DistributionFilename } from './distribution-filename.js';

/** More combinations than this are not expanded: a filename of 255 characters could name thousands. */
const MOST = 256;

/** The Python, ABI and platform parts of a wheel's filename, each a set of tags joined by dots (PEP 425). */
export function tagParts({ filename, build, variant }: DistributionFilename): readonly string[] {
  const parts = filename.slice(0, -'.whl'.length).split('-');
  return parts.slice(build === undefined ? 2 : 3, variant === undefined ? undefined : -1);
}

/**
 * The compatibility tags of a wheel, expanded: `py2.py3-none-any` gives `py2-none-any` and `py3-none-any`. A variant's label
 * (PEP 825) is part of each.
 */
export function expandTags(name: DistributionFilename): string[] {
  let tags = [''];
  for (const part of [...tagParts(name), name.variant ?? '']) {
    const choices = part.split('.');
    if (tags.length * choices.length > MOST) return [];
    tags = tags.flatMap((tag) => choices.map((choice) => `${tag}-${choice}`));
  }
  return tags.map((tag) => tag.slice(1).toLowerCase());
}
