import { createHash } from 'node:crypto';
import type { ReleaseKey } from './release-key.js';

/** When an index was first seen to list something. */
export interface Sight {
  /** Milliseconds since 1970: the check that found it. */
  readonly seen: number;
  /** The last check that did not; absent if the first one already found it. */
  readonly without?: number | undefined;
}

/** Names that appeared together. */
export interface SightedBatch extends Sight {
  /** From `fileName` and `releaseName`. */
  readonly names: readonly string[];
}

/** What a project's page listed at one index, and since when. Names stay after the index has removed them. */
export interface Sightings {
  /** URL of the index: another one under the same name begins again. */
  readonly index: string;
  /** Milliseconds since 1970: the last check. */
  readonly checked: number;
  readonly batches: readonly SightedBatch[];
}

/** The maximum number of files and releases of a project. Further ones have no sight, as if nothing were recorded. */
export const MAX_SIGHTED = 50_000;
/** Characters of a name: 72 bits, so that no filename can pass for another. */
const NAME = 12;

export function fileName(filename: string): string {
  return shortened(`file ${filename}`);
}

/** @param key of the public version: a pin of it also matches its local versions */
export function releaseName(key: ReleaseKey): string {
  return shortened(`release ${key}`);
}

function shortened(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, NAME);
}

/** Each name's sight. */
export function sightsIn({ batches }: Sightings): Map<string, Sight> {
  const sights = new Map<string, Sight>();
  for (const { names, seen, without } of batches)
    for (const name of names) sights.set(name, { seen, without });
  return sights;
}

/**
 * Adds a check of the page.
 * @param before of the same index
 * @param known from `sightsIn(before)`; receives the new names
 * @returns `before` itself if nothing is new but the time
 */
export function withCheck(
  before: Sightings | undefined,
  known: Map<string, Sight>,
  index: string,
  checkedAt: number,
  names: Iterable<string>,
): Sightings {
  const checked = Math.max(before?.checked ?? checkedAt, checkedAt);
  // An older copy of the page says nothing about what was missing before.
  const without = before !== undefined && before.checked < checkedAt ? before.checked : undefined;
  const sight: Sight = { seen: checkedAt, without };
  const news: string[] = [];
  for (const name of names) {
    if (known.size >= MAX_SIGHTED) break;
    if (known.has(name)) continue;
    known.set(name, sight);
    news.push(name);
  }
  if (before !== undefined && news.length === 0) return before;
  const batches = before?.batches ?? [];
  return {
    index,
    checked,
    batches: news.length > 0 ? [...batches, { ...sight, names: news }] : batches,
  };
}

/**
 * Combines what two processes saw of one index: the earliest sight of a name, and the latest check before that without
 * it. The order of the two does not matter.
 */
export function merged(one: Sightings, other: Sightings): Sightings {
  const [here, there] = [sightsIn(one), sightsIn(other)];
  const all = new Map<string, Sight>();
  for (const name of new Set([...here.keys(), ...there.keys()])) {
    if (all.size >= MAX_SIGHTED) break;
    const sights = [here.get(name), there.get(name)];
    const seen = Math.min(...sights.map((sight) => sight?.seen ?? Number.POSITIVE_INFINITY));
    const checks = [one, other].map(
      ({ checked }, at) => sights[at]?.without ?? (sights[at] ? undefined : checked),
    );
    const before = checks.filter((check) => check !== undefined && check < seen) as number[];
    all.set(name, { seen, without: before.length > 0 ? Math.max(...before) : undefined });
  }
  return {
    index: one.index,
    checked: Math.max(one.checked, other.checked),
    batches: inBatches(all),
  };
}

/** In the order of their times, so that the same sights have the same form. */
function inBatches(sights: ReadonlyMap<string, Sight>): SightedBatch[] {
  const batches = new Map<string, { sight: Sight; names: string[] }>();
  for (const [name, sight] of sights) {
    const key = `${sight.seen} ${sight.without}`;
    const batch = batches.get(key);
    if (batch === undefined) batches.set(key, { sight, names: [name] });
    else batch.names.push(name);
  }
  return [...batches.values()]
    .map(({ sight, names }) => ({ ...sight, names: names.sort() }))
    .sort((a, b) => a.seen - b.seen || (a.without ?? 0) - (b.without ?? 0));
}
