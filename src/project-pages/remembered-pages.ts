import { LRUCache } from 'lru-cache';
import type { ProjectName } from '../domain/project-name.js';
import { type Span, within } from '../domain/span.js';
import type { KnownPage } from './others-pages.js';
import type { LoadedPage } from './page-reader.js';

/** A page in memory. */
interface PageEntry extends KnownPage {
  /** The memory's, when it was added. */
  readonly epoch: number;
}

/** No upstream has the project. */
interface KnownAbsence {
  readonly loaded: undefined;
  readonly made: 0;
  readonly fresh: Span;
  readonly epoch: number;
}

/** What is known of a project's page. */
export type PageMemory = PageEntry | KnownAbsence;

/** An absent project may be created at any time, in milliseconds. */
const ABSENT_TTL = 30_000;
/** Overhead per entry, to limit the number of tiny or absent ones as well. */
const ENTRY_OVERHEAD = 2_048;

/** The project pages in memory, and the projects that no upstream has, up to a total size. */
export class RememberedPages {
  readonly #entries: LRUCache<ProjectName, PageMemory>;
  readonly #now: () => number;
  /** Entries from an earlier epoch are checked before use. */
  #epoch = 0;

  /** @param memoryBytes for pages and all data derived from them @param now milliseconds since 1970 */
  constructor(memoryBytes: number, now: () => number) {
    this.#now = now;
    this.#entries = new LRUCache({
      maxSize: memoryBytes,
      sizeCalculation: ({ loaded, made }) => (loaded?.bytes ?? 0) + made + ENTRY_OVERHEAD,
    });
  }

  /** Raised by each doubt. */
  get epoch(): number {
    return this.#epoch;
  }

  get(project: ProjectName): PageMemory | undefined {
    return this.#entries.get(project);
  }

  /** The same, but it does not count as use. */
  peek(project: ProjectName): PageMemory | undefined {
    return this.#entries.peek(project);
  }

  isFresh({ fresh, epoch }: PageMemory): boolean {
    return epoch === this.#epoch && within(fresh, this.#now());
  }

  add(project: ProjectName, page: KnownPage): LoadedPage {
    this.#entries.set(project, { ...page, epoch: this.#epoch });
    return page.loaded;
  }

  addAbsence(project: ProjectName): void {
    const from = this.#now();
    const fresh = { from, until: from + ABSENT_TTL };
    this.#entries.set(project, { loaded: undefined, made: 0, fresh, epoch: this.#epoch });
  }

  /** Adds data derived from a page, which is kept as long as the page. @param made total size in bytes */
  weigh(loaded: LoadedPage, made: number): void {
    const { project } = loaded.page;
    const entry = this.#entries.peek(project);
    if (entry?.loaded === loaded) this.#entries.set(project, { ...entry, made });
  }

  delete(project: ProjectName): void {
    this.#entries.delete(project);
  }

  /** All entries must be checked. */
  doubt(): void {
    this.#epoch += 1;
  }
}
