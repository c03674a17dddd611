import { Failure } from '../domain/failure.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Meetings } from '../fleet/meetings.js';
import { withDeadline } from '../runtime/deadline.js';
import type { MemoryBudget } from '../runtime/memory-budget.js';
import type { PageStore } from '../store/page-store.js';
import { upstreamsFor } from '../upstream/choose-upstream.js';
import type { Upstream } from '../upstream/upstream.js';
import type { FirstSights } from './first-sights.js';
import { KeptPages } from './kept-pages.js';
import type { KnownBytes } from './known-bytes.js';
import { type KnownPage, type KnownPages, OthersPages } from './others-pages.js';
import { PageGetter } from './page-getter.js';
import { type LoadedPage, PageReader } from './page-reader.js';
import { type PageMemory, RememberedPages } from './remembered-pages.js';
import { UpstreamTurns } from './upstream-turns.js';

export interface PageLoaderSettings {
  readonly upstreams: readonly Upstream[];
  readonly store: PageStore;
  readonly knownBytes: Pick<KnownBytes, 'of' | 'now'>;
  readonly sights: Pick<FirstSights, 'note' | 'confirm'>;
  /** How long a page is used without asking, in milliseconds. */
  readonly ttl: number;
  /** For parsed pages, and all data derived from them. */
  readonly memoryBytes: number;
  /** For pages that are being read and created. */
  readonly budget: MemoryBudget;
  readonly now: () => number;
  readonly onEvent: (event: PageEvent) => void;
  /** Undefined if others have no pages. */
  readonly meetings?: Meetings | undefined;
}

export type PageEvent =
  | { readonly kind: 'cache'; readonly result: 'hit' | 'miss' | 'revalidated' }
  /** A new or changed page was stored. */
  | { readonly kind: 'stored'; readonly project: ProjectName }
  | { readonly kind: 'stale'; readonly project: ProjectName; readonly failure: Failure }
  | { readonly kind: 'store-failed'; readonly error: unknown };

/** A failing upstream may recover: it is queried again after this time, in milliseconds. */
const RETRY_AFTER_FAILURE = 5_000;
/** Maximum wait for the update of a known page, in milliseconds. */
const STALE_AFTER = 2_000;

/**
 * Loads project pages: from memory while they are fresh, or else from disk or the upstream, once for all waiting
 * requests. A known page remains in use while its upstream fails, or does not respond.
 */
export class PageLoader {
  readonly #settings: PageLoaderSettings;
  readonly #kept: KeptPages;
  readonly #reader: PageReader;
  readonly #getter: PageGetter;
  readonly #others: OthersPages;
  readonly #turns: UpstreamTurns;
  readonly #memory: RememberedPages;
  readonly #loading = new Map<ProjectName, Promise<LoadedPage>>();
  /** The known pages of those projects: one that has left the memory may come back unchanged, with what was derived from it. */
  readonly #checking = new Map<ProjectName, LoadedPage>();
  /** Projects whose page changed while it was being loaded, with the time of the check. */
  readonly #forgotten = new Map<ProjectName, number>();
  /** Projects with a pending upstream request that is no longer awaited. */
  readonly #overdue = new Set<ProjectName>();

  constructor(settings: PageLoaderSettings) {
    const { store, knownBytes, sights, memoryBytes, budget, ttl, now, onEvent, meetings } =
      settings;
    this.#settings = settings;
    this.#kept = new KeptPages({
      store,
      onStored: (project) => onEvent({ kind: 'stored', project }),
      onFailed: (error) => onEvent({ kind: 'store-failed', error }),
    });
    this.#reader = new PageReader(knownBytes, sights);
    this.#getter = new PageGetter({ kept: this.#kept, reader: this.#reader, budget, now });
    this.#others = new OthersPages({
      meetings,
      getter: this.#getter,
      reader: this.#reader,
      ttl,
      now,
    });
    this.#memory = new RememberedPages(memoryBytes, now);
    this.#turns = new UpstreamTurns({
      memory: this.#memory,
      kept: this.#kept,
      getter: this.#getter,
      sights,
      ttl,
      now,
      onResult: (result) => onEvent({ kind: 'cache', result }),
    });
  }

  /** The project's page in memory or being checked, current or not. */
  recent(project: ProjectName): LoadedPage | undefined {
    return this.#memory.peek(project)?.loaded ?? this.#checking.get(project);
  }

  /** The reason for using an earlier copy of a page; undefined if it is current, according to the last check. */
  staleness(project: ProjectName): string | undefined {
    const entry = this.#memory.peek(project);
    return entry?.loaded === undefined ? undefined : entry.stale;
  }

  /** Adds data derived from a page, which is kept as long as the page. @param made total size in bytes */
  weigh(loaded: LoadedPage, made: number): void {
    this.#memory.weigh(loaded, made);
  }

  /** The page, if it is fresh in memory; counted as a lookup only in that case. */
  peek(project: ProjectName): LoadedPage | undefined {
    const entry = this.#memory.get(project);
    if (entry?.loaded === undefined || !this.#memory.isFresh(entry)) return undefined;
    if (!this.#reader.isCurrent(entry.loaded)) return undefined;
    this.#settings.onEvent({ kind: 'cache', result: 'hit' });
    return entry.loaded;
  }

  /** Resolves when all loaded pages are stored. */
  settled(): Promise<void> {
    return this.#kept.settled();
  }

  /**
   * The page has changed: the entry in memory is outdated.
   * @param checkedAt time of the check, if others have the page; undefined if it is in the store
   */
  forget(project: ProjectName, checkedAt = Infinity): void {
    const entry = this.#memory.peek(project);
    if (entry?.loaded !== undefined && entry.checkedAt >= checkedAt) return;
    this.#memory.delete(project);
    if (this.#loading.has(project)) this.#forgotten.set(project, checkedAt);
    if (checkedAt < Infinity) this.#settings.meetings?.pageChanged(project);
  }

  /** Others may have other pages: all entries in memory must be checked. */
  doubt(): void {
    this.#memory.doubt();
    this.#settings.meetings?.missed();
  }

  /** @throws {Failure} not-found, upstream-broken, upstream-unreachable */
  load(project: ProjectName): Promise<LoadedPage> {
    const entry = this.#memory.get(project);
    const fresh = entry !== undefined && this.#memory.isFresh(entry);
    if (fresh && (entry.loaded === undefined || this.#reader.isCurrent(entry.loaded))) {
      this.#settings.onEvent({ kind: 'cache', result: 'hit' });
      return entry.loaded === undefined
        ? Promise.reject(absent(project))
        : Promise.resolve(entry.loaded);
    }
    const running = this.#loading.get(project);
    if (running !== undefined) return running;
    const { epoch } = this.#memory;
    if (entry?.loaded !== undefined) this.#checking.set(project, entry.loaded);
    const load = this.#load(project, entry).finally(() => {
      this.#loading.delete(project);
      this.#checking.delete(project);
      const forgotten = this.#forgotten.get(project);
      this.#forgotten.delete(project);
      if (forgotten !== undefined) this.forget(project, forgotten);
      if (this.#memory.epoch !== epoch) this.#memory.delete(project);
    });
    this.#loading.set(project, load);
    return load;
  }

  async #load(project: ProjectName, entry: PageMemory | undefined): Promise<LoadedPage> {
    const upstreams = upstreamsFor(project, this.#settings.upstreams);
    const known = await this.#known(project, upstreams, entry);
    if (this.#overdue.has(project) && known.size > 0) return this.#stale(project, known, LATE);
    const others = await this.#others.meet(project, upstreams, known);
    const refresh = this.#turns.ask(project, upstreams, known, others);
    let loaded: LoadedPage | undefined;
    try {
      loaded = await (known.size === 0 ? refresh : this.#soon(project, refresh));
    } catch (error) {
      // Also for an index that was not queried yet: while the first one is down, the next one's known page is used.
      if (error instanceof Failure && known.size > 0) return this.#stale(project, known, error);
      throw error;
    }
    if (loaded === undefined) throw absent(project);
    return loaded;
  }

  async #known(
    project: ProjectName,
    upstreams: readonly Upstream[],
    entry: PageMemory | undefined,
  ): Promise<KnownPages> {
    const known: KnownPages = new Map();
    for (const upstream of upstreams) {
      const page =
        entry?.loaded !== undefined && entry.loaded.upstream === upstream
          ? { ...entry, loaded: await this.#reader.again(entry.loaded) }
          : await this.#recall(upstream, project);
      if (page !== undefined) known.set(upstream, page);
    }
    return known;
  }

  /** The result of a request within a time that every client waits; the request continues afterwards. */
  #soon<T>(project: ProjectName, question: Promise<T>): Promise<T> {
    return withDeadline(STALE_AFTER, question, () => {
      this.#overdue.add(project);
      const over = () => this.#overdue.delete(project);
      question.then(over, over);
      return LATE;
    });
  }

  #stale(project: ProjectName, known: KnownPages, failure: Failure): LoadedPage {
    const [seen] = known.values();
    this.#settings.onEvent({ kind: 'stale', project, failure });
    const from = this.#settings.now();
    return this.#memory.add(project, {
      ...seen!,
      fresh: { from, until: from + RETRY_AFTER_FAILURE },
      stale: failure.message,
    });
  }

  async #recall(upstream: Upstream, project: ProjectName): Promise<KnownPage | undefined> {
    const recalled = await this.#getter.recall(upstream, project);
    if (recalled === undefined) return undefined;
    const { checkedAt, ...got } = recalled;
    const fresh = { from: checkedAt, until: checkedAt + this.#settings.ttl };
    return { ...got, made: 0, checkedAt, fresh };
  }
}

const LATE = new Failure('upstream-unreachable', 'The upstream has not responded yet.');

function absent(project: ProjectName): Failure {
  return new Failure('not-found', `No upstream has the project ${project}.`);
}
