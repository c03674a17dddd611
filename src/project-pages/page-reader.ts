import type { Seen } from '../domain/integrity.js';
import type { ProjectName } from '../domain/project-name.js';
import type { ProjectPage } from '../domain/project-page.js';
import { Turns } from '../runtime/turns.js';
import type { PageSource } from '../upstream/pages/page-draft.js';
import { parseProjectPage } from '../upstream/pages/parse-page.js';
import type { Upstream } from '../upstream/upstream.js';
import type { Checked, FirstSights, PageSights } from './first-sights.js';
import type { KnownBytes } from './known-bytes.js';
import { isAlike, Listing } from './listing.js';
import { bytesOfPage } from './page-size.js';

/**
 * A project's current page. The same object as long as the upstream's page and the known facts about its files do not
 * change.
 */
export interface LoadedPage {
  /** With the known digests of its files. */
  readonly page: ProjectPage;
  /** As the upstream gave it. */
  readonly declared: ProjectPage;
  /** Replaced by what is known later, as long as the page is the same by it. */
  seen: Seen | undefined;
  readonly upstream: Upstream;
  readonly listing: Listing;
  /** Since when its files are listed. */
  readonly sights: PageSights;
  /** Approximate size in memory. */
  readonly bytes: number;
}

/** Reads upstreams' pages, and adds the known digests of their files. */
export class PageReader {
  readonly #knownBytes: Pick<KnownBytes, 'of' | 'now'>;

  readonly #sights: Pick<FirstSights, 'note'>;

  constructor(knownBytes: Pick<KnownBytes, 'of' | 'now'>, sights: Pick<FirstSights, 'note'>) {
    this.#knownBytes = knownBytes;
    this.#sights = sights;
  }

  /**
   * @throws {Failure} upstream-broken if it is unreadable
   */
  async read(
    upstream: Upstream,
    project: ProjectName,
    source: PageSource,
    checked: Checked,
  ): Promise<LoadedPage> {
    const turns = new Turns();
    const page = await parseProjectPage(source, project, upstream.name, turns);
    const sights = await this.#sights.note(upstream, page, checked, turns);
    return this.#list(page, upstream, bytesOfPage(page, source) + sights.bytes, sights, turns);
  }

  /** The same page, with digests that became known meanwhile. */
  async again(loaded: LoadedPage): Promise<LoadedPage> {
    if (this.isCurrent(loaded)) return loaded;
    const { declared, upstream, bytes, sights } = loaded;
    return this.#list(declared, upstream, bytes, sights, new Turns());
  }

  isCurrent(loaded: LoadedPage): boolean {
    const { upstream, declared, seen } = loaded;
    if (seen === undefined) return true;
    const now = this.#knownBytes.now(upstream, declared, seen);
    if (now === seen) return true;
    // Most pins are of the bytes that the index declares: they change nothing.
    if (now === undefined || !isAlike(declared, upstream, seen, now)) return false;
    loaded.seen = now;
    return true;
  }

  async #list(
    declared: ProjectPage,
    upstream: Upstream,
    bytes: number,
    sights: PageSights,
    turns: Turns,
  ): Promise<LoadedPage> {
    const seen = await this.#knownBytes.of(upstream, declared);
    const listing = await Listing.of(declared, upstream, seen, turns, sights);
    return { page: listing.page, declared, seen, upstream, listing, sights, bytes };
  }
}
