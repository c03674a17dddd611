import type { ProjectPage } from '../domain/project-page.js';
import { readVersion } from '../domain/read-version.js';
import { type ReleaseKey, releaseKey } from '../domain/release-key.js';
import { compareKeys } from '../domain/version-order.js';

/** A page's files in the order in which people look for them. */
export interface NewestFirst {
  /** Places in `page.files`. */
  readonly order: readonly number[];
  readonly releases: number;
}

const known = new WeakMap<ProjectPage, NewestFirst>();

/** The newest release first, within a release in the page's order; invalid versions are last. Once for each page. */
export function newestFirst(page: ProjectPage): NewestFirst {
  const before = known.get(page);
  if (before !== undefined) return before;
  const releases = new Map<ReleaseKey, number[]>();
  for (const [index, { name }] of page.files.entries()) {
    const key = releaseKey(name.version);
    const same = releases.get(key);
    if (same === undefined) releases.set(key, [index]);
    else same.push(index);
  }
  const read = [...releases].map(([key, files]) => ({ key: readVersion(key)?.key, files }));
  read.sort((a, b) => {
    if (a.key === undefined || b.key === undefined)
      return Number(a.key === undefined) - Number(b.key === undefined);
    return compareKeys(b.key, a.key);
  });
  const order = { order: read.flatMap(({ files }) => files), releases: releases.size };
  known.set(page, order);
  return order;
}
