import { LRUCache } from 'lru-cache';
import type { ProjectName } from '../domain/project-name.js';
import type { ProjectPage } from '../domain/project-page.js';
import { publicKey, type ReleaseKey, releaseKey } from '../domain/release-key.js';
import {
  fileName,
  merged,
  releaseName,
  type Sight,
  type Sightings,
  sightsIn,
  withCheck,
} from '../domain/sightings.js';
import { LaterWrites } from '../runtime/later-writes.js';
import type { Turns } from '../runtime/turns.js';
import type { SightingsStore } from '../store/sightings-store.js';

/** A check that found nothing new is stored after this time, in milliseconds. */
const STORE_AFTER = 24 * 3_600_000;
/** Projects whose last check is in memory; each takes about 200 bytes. */
const MAX_CHECKED = 50_000;
/** The maximum number of records that wait for the disk; further ones are lost with the process. */
const MAX_WAITING = 1_000;

/** An index, by its name and URL. */
type Index = { readonly name: string; readonly url: string };

/** When an index stated a page, and where the page comes from. */
export interface Checked {
  /** Milliseconds since 1970. */
  readonly checkedAt: number;
  /** Whether it comes from the page cache, which may be of another index with the same name. */
  readonly isCached: boolean;
}

/** Since when the files and releases of one page are known. */
export interface PageSights {
  /** Undefined if nothing is recorded. */
  ofFile(filename: string): Sight | undefined;
  /** Milliseconds since 1970. @param key of a public version */
  ofRelease(key: ReleaseKey): number | undefined;
  /** Approximate size in memory, in bytes. */
  readonly bytes: number;
}

export const NO_SIGHTS: PageSights = {
  ofFile: () => undefined,
  ofRelease: () => undefined,
  bytes: 0,
};

/**
 * Remembers when each file and release was first listed, in one record per index and project: it shows what was added to
 * an old release, also if the index states no upload times, or false ones.
 */
export class FirstSights {
  readonly #store: SightingsStore;
  readonly #onLost: (error: unknown) => void;
  /** By index and project: the last check, and the one that is stored. */
  readonly #checked = new LRUCache<string, { at: number; stored: number }>({ max: MAX_CHECKED });
  /** Records that wait for the disk. */
  readonly #later = new LaterWrites<Sightings>(MAX_WAITING);

  constructor(store: SightingsStore, onLost: (error: unknown) => void) {
    this.#store = store;
    this.#onLost = onLost;
  }

  /** Records a page. */
  async note(
    index: Index,
    page: ProjectPage,
    { checkedAt, isCached }: Checked,
    turns: Turns,
  ): Promise<PageSights> {
    const { project, files } = page;
    const key = keyOf(index, project);
    const there = await this.#known(index, project);
    const stored = there?.index === index.url ? there : undefined;
    if (isCached && there !== undefined && stored === undefined) return NO_SIGHTS;
    const last = this.#checked.get(key);
    const before =
      stored && last && last.at > stored.checked ? { ...stored, checked: last.at } : stored;
    const names = new Map<string, string>();
    const releases = new Map<ReleaseKey, string>();
    await turns.forEach(files, ({ filename, name: { version } }) => {
      names.set(filename, fileName(filename));
      if (version === undefined) return;
      const release = publicKey(releaseKey(version));
      if (!releases.has(release)) releases.set(release, releaseName(release));
    });
    const sights = before === undefined ? new Map<string, Sight>() : sightsIn(before);
    const all = [...releases.values(), ...names.values()];
    const next = withCheck(before, sights, index.url, checkedAt, all);
    this.#note(index, project, next, Math.max(checkedAt, next.checked), next !== before);
    return pageSights(sights, names, releases);
  }

  /** The index confirmed the page that it stated before. */
  confirm(index: Index, project: ProjectName, checkedAt: number): void {
    const last = this.#checked.get(keyOf(index, project));
    if (last === undefined) return;
    last.at = Math.max(last.at, checkedAt);
    if (last.at - last.stored < STORE_AFTER) return;
    last.stored = last.at;
    void this.#known(index, project).then((known) => {
      if (known?.index === index.url) this.#put(index, project, { ...known, checked: last.at });
    });
  }

  /** Resolves when all records are on disk. */
  settled(): Promise<void> {
    return this.#later.settled();
  }

  async #known(index: Index, project: ProjectName): Promise<Sightings | undefined> {
    return this.#later.get(keyOf(index, project)) ?? this.#store.read(index.name, project);
  }

  #note(index: Index, project: ProjectName, next: Sightings, at: number, isNew: boolean): void {
    const key = keyOf(index, project);
    const stored = this.#checked.get(key)?.stored ?? next.checked;
    const isDue = isNew || at - stored >= STORE_AFTER;
    this.#checked.set(key, { at, stored: isDue ? at : stored });
    if (isDue) this.#put(index, project, { ...next, checked: at });
  }

  /** In the background: no page waits for the disk. */
  #put(index: Index, project: ProjectName, sightings: Sightings): void {
    const key = keyOf(index, project);
    const waiting = this.#later.get(key);
    this.#later.put(key, waiting === undefined ? sightings : merged(waiting, sightings), {
      write: (latest) => this.#write(index, project, latest),
      onLost: this.#onLost,
    });
  }

  /** Another process may have stored something meanwhile. */
  async #write(index: Index, project: ProjectName, sightings: Sightings): Promise<void> {
    const there = await this.#store.read(index.name, project);
    const all = there?.index === index.url ? merged(there, sightings) : sightings;
    await this.#store.put(index.name, project, all);
  }
}

function keyOf({ name, url }: Index, project: ProjectName): string {
  return `${name} ${url} ${project}`;
}

/** Keeps only the sights that differ from the first check of the project: usually few. */
function pageSights(
  sights: ReadonlyMap<string, Sight>,
  names: ReadonlyMap<string, string>,
  releases: ReadonlyMap<ReleaseKey, string>,
): PageSights {
  const [first] = sights.values();
  const isFirst = (sight: Sight | undefined) =>
    sight !== undefined && sight.seen === first?.seen && sight.without === first.without;
  const files = new Map<string, Sight | undefined>();
  for (const [filename, name] of names) {
    const sight = sights.get(name);
    if (!isFirst(sight)) files.set(filename, sight);
  }
  const later = new Map<ReleaseKey, number | undefined>();
  for (const [release, name] of releases) {
    const sight = sights.get(name);
    if (!isFirst(sight)) later.set(release, sight?.seen);
  }
  return {
    ofFile: (filename) => (files.has(filename) ? files.get(filename) : first),
    ofRelease: (key) => (later.has(key) ? later.get(key) : first?.seen),
    bytes: ENTRY * (files.size + later.size),
  };
}

/** In bytes. */
const ENTRY = 200;
