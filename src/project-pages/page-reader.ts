import type { Seen } from '../domain/integrity.js';
import type { ProjectName } from '../domain/project-name.js';
import type { ProjectPage } from '../domain/project-page.js';
import { Turns } from '../runtime/turns.js';
import type { PageSource } from '../upstream/pages/page-draft.js';
import { parseProjectPage } from '../upstream/pages/parse-page.js';
import type { Upstream } from '../upstream/upstream.js';
import type { KnownBytes } from './known-bytes.js';
import { Listing } from './listing.js';
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
  readonly seen: Seen | undefined;
  readonly upstream: Upstream;
  readonly listing: Listing;
  /** Approximate size in memory. */
  readonly bytes: number;
}

/** Reads upstreams' pages, and adds the known digests of their files. */
export class PageReader {
  readonly #knownBytes: Pick<KnownBytes, 'of' | 'isCurrent'>;

  constructor(knownBytes: Pick<KnownBytes, 'of' | 'isCurrent'>) {
    this.#knownBytes = knownBytes;
  }

  /** @throws {Failure} upstream-broken if it is unreadable */
  async read(upstream: Upstream, project: ProjectName, source: PageSource): Promise<LoadedPage> {
    const turns = new Turns();
    const page = await parseProjectPage(source, project, upstream.name, turns);
    return this.#list(page, upstream, bytesOfPage(page, source), turns);
  }

  /** The same page, with digests that became known meanwhile. */
  async again(loaded: LoadedPage): Promise<LoadedPage> {
    if (this.isCurrent(loaded)) return loaded;
    const { declared, upstream, bytes } = loaded;
    return this.#list(declared, upstream, bytes, new Turns());
  }

  isCurrent({ upstream, declared, seen }: LoadedPage): boolean {
    return seen === undefined || this.#knownBytes.isCurrent(upstream, declared, seen);
  }

  async #list(
    declared: ProjectPage,
    upstream: Upstream,
    bytes: number,
    turns: Turns,
  ): Promise<LoadedPage> {
    const seen = await this.#knownBytes.of(upstream, declared);
    const listing = await Listing.of(declared, upstream, seen, turns);
    return { page: listing.page, declared, seen, upstream, listing, bytes };
  }
}
