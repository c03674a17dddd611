import { LRUCache } from 'lru-cache';
import { Failure } from '../domain/failure.js';
import type { Seen } from '../domain/integrity.js';
import type { ProjectName } from '../domain/project-name.js';
import type { ProjectPage } from '../domain/project-page.js';
import { type Span, within } from '../domain/span.js';
import { Turns } from '../runtime/turns.js';
import type { PageStore } from '../store/page-store.js';
import { upstreamsFor } from '../upstream/choose-upstream.js';
import type { PageSource } from '../upstream/pages/page-draft.js';
import { parseProjectPage } from '../upstream/pages/parse-page.js';
import type { PageAnswer, Upstream, Validators } from '../upstream/upstream.js';
import type { KnownBytes } from './known-bytes.js';
import { Listing } from './listing.js';

/** A project's current page. The same object as long as the upstream's page, and what is known of its files, is the same. */
export interface LoadedPage {
  /** With what is known of its files' bytes. */
  readonly page: ProjectPage;
  /** As the upstream gave it. */
  readonly declared: ProjectPage;
  readonly seen: Seen | undefined;
  readonly upstream: Upstream;
  readonly listing: Listing;
}

export interface PageLoaderSettings {
  readonly upstreams: readonly Upstream[];
  readonly store: PageStore;
  readonly knownBytes: Pick<KnownBytes, 'of' | 'isCurrent'>;
  /** How long a page is used without asking, in milliseconds. */
  readonly ttl: number;
  /** Parsed pages in memory, by the bytes of their bodies together. */
  readonly memoryBytes: number;
  readonly now: () => number;
  readonly onEvent: (event: PageEvent) => void;
}

export type PageEvent =
  | { readonly kind: 'cache'; readonly result: 'hit' | 'miss' | 'revalidated' }
  /** A page that is new, or another than before, lies in the store. */
  | { readonly kind: 'stored'; readonly project: ProjectName }
  | { readonly kind: 'stale'; readonly project: ProjectName; readonly failure: Failure }
  | { readonly kind: 'store-failed'; readonly error: unknown };

/** What memory knows of one project. */
interface Entry {
  readonly loaded: LoadedPage | undefined;
  /** What its upstream is asked with, whether there is another by now. */
  readonly validators: Validators | undefined;
  /** Bytes of its body. */
  readonly bytes: number;
  /** While it lasts nobody is asked. */
  readonly fresh: Span;
}

/** An absent project may appear any minute, and a failing upstream may come back. */
const ABSENT_TTL = 30_000;
const RETRY_AFTER_FAILURE = 5_000;
/** What a page costs in memory beyond its body, so that many tiny or absent ones are bounded, too. */
const ENTRY_OVERHEAD = 2_048;

/**
 * Loads project pages: from memory while they are fresh, else from disk or the upstream, once for everybody
 * who waits. A page seen before goes on being used while its upstream fails.
 */
export class PageLoader {
  readonly #settings: PageLoaderSettings;
  readonly #entries: LRUCache<ProjectName, Entry>;
  readonly #loading = new Map<ProjectName, Promise<LoadedPage>>();
  readonly #keeping = new Map<ProjectName, Promise<void>>();

  constructor(settings: PageLoaderSettings) {
    this.#settings = settings;
    this.#entries = new LRUCache({
      maxSize: settings.memoryBytes,
      sizeCalculation: ({ bytes }) => bytes + ENTRY_OVERHEAD,
    });
  }

  /** The page, if it is fresh in memory; counted as a look-up only where it is. */
  peek(project: ProjectName): LoadedPage | undefined {
    const entry = this.#entries.get(project);
    if (entry?.loaded === undefined || !within(entry.fresh, this.#settings.now())) return undefined;
    if (!this.#knowsBytes(entry.loaded)) return undefined;
    this.#settings.onEvent({ kind: 'cache', result: 'hit' });
    return entry.loaded;
  }

  /** Resolves once all that was loaded is kept. */
  async settled(): Promise<void> {
    while (this.#keeping.size > 0) await Promise.all(this.#keeping.values());
  }

  /** There is another page in the store: what memory knows is of the past. */
  forget(project: ProjectName): void {
    this.#entries.delete(project);
  }

  /** @throws {Failure} not-found, upstream-broken, upstream-unreachable */
  load(project: ProjectName): Promise<LoadedPage> {
    const entry = this.#entries.get(project);
    const fresh = entry !== undefined && within(entry.fresh, this.#settings.now());
    if (fresh && (entry.loaded === undefined || this.#knowsBytes(entry.loaded))) {
      this.#settings.onEvent({ kind: 'cache', result: 'hit' });
      return entry.loaded === undefined
        ? Promise.reject(absent(project))
        : Promise.resolve(entry.loaded);
    }
    const running = this.#loading.get(project);
    if (running !== undefined) return running;
    const load = this.#refresh(project, entry).finally(() => this.#loading.delete(project));
    this.#loading.set(project, load);
    return load;
  }

  /** Asks each upstream in turn. Only a plain "no such project" leads on to the next one, never a failure. */
  async #refresh(project: ProjectName, entry: Entry | undefined): Promise<LoadedPage> {
    for (const upstream of upstreamsFor(project, this.#settings.upstreams)) {
      const known =
        entry?.loaded?.upstream === upstream
          ? { ...entry, loaded: await this.#relist(entry.loaded) }
          : await this.#recall(upstream, project);
      const loaded = await this.#ask(upstream, project, known);
      if (loaded !== undefined) return loaded;
    }
    const fresh = this.#fromNow(ABSENT_TTL);
    this.#entries.set(project, { loaded: undefined, validators: undefined, bytes: 0, fresh });
    throw absent(project);
  }

  async #ask(
    upstream: Upstream,
    project: ProjectName,
    known: Entry | undefined,
  ): Promise<LoadedPage | undefined> {
    const { now, ttl, onEvent } = this.#settings;
    if (known?.loaded !== undefined && within(known.fresh, now())) {
      onEvent({ kind: 'cache', result: 'hit' });
      return this.#remember(project, known);
    }
    let answer: PageAnswer;
    try {
      answer = await upstream.fetchPage(project, known?.validators);
      if (answer.kind === 'page') {
        onEvent({ kind: 'cache', result: 'miss' });
        return await this.#take(upstream, project, answer);
      }
    } catch (error) {
      if (!(error instanceof Failure) || known?.loaded === undefined) throw error;
      onEvent({ kind: 'stale', project, failure: error });
      return this.#remember(project, { ...known, fresh: this.#fromNow(RETRY_AFTER_FAILURE) });
    }
    if (answer.kind === 'unchanged' && known?.loaded !== undefined) {
      onEvent({ kind: 'cache', result: 'revalidated' });
      return this.#remember(project, { ...known, fresh: this.#fromNow(ttl) });
    }
    this.#keepLater(project, () => this.#settings.store.delete(upstream.name, project));
    return undefined;
  }

  async #take(
    upstream: Upstream,
    project: ProjectName,
    answer: Extract<PageAnswer, { kind: 'page' }>,
  ): Promise<LoadedPage> {
    const { now, ttl, store } = this.#settings;
    const { kind: _kind, body, ...rest } = answer;
    const loaded = await this.#parse(upstream, project, answer);
    const kept = { ...rest, checkedAt: now() };
    this.#keepLater(project, async () => {
      await store.put(upstream.name, project, kept);
      this.#settings.onEvent({ kind: 'stored', project });
    });
    return this.#remember(project, {
      loaded,
      validators: validatorsOf(answer),
      bytes: body.length,
      fresh: this.#fromNow(ttl),
    });
  }

  async #recall(upstream: Upstream, project: ProjectName): Promise<Entry | undefined> {
    const stored = await this.#keep(() => this.#settings.store.get(upstream.name, project));
    if (stored === undefined) return undefined;
    try {
      const loaded = await this.#parse(upstream, project, stored);
      const fresh = { from: stored.checkedAt, until: stored.checkedAt + this.#settings.ttl };
      return { loaded, validators: validatorsOf(stored), bytes: stored.body.length, fresh };
    } catch {
      return undefined;
    }
  }

  async #parse(upstream: Upstream, project: ProjectName, source: PageSource): Promise<LoadedPage> {
    const turns = new Turns();
    return this.#list(
      await parseProjectPage(source, project, upstream.name, turns),
      upstream,
      turns,
    );
  }

  async #list(declared: ProjectPage, upstream: Upstream, turns: Turns): Promise<LoadedPage> {
    const seen = await this.#settings.knownBytes.of(upstream, declared);
    const listing = await Listing.of(declared, upstream, seen, turns);
    return { page: listing.page, declared, seen, upstream, listing };
  }

  /** Something was learnt of its files' bytes meanwhile. */
  async #relist(loaded: LoadedPage): Promise<LoadedPage> {
    if (this.#knowsBytes(loaded)) return loaded;
    return this.#list(loaded.declared, loaded.upstream, new Turns());
  }

  #knowsBytes({ upstream, declared, seen }: LoadedPage): boolean {
    return seen === undefined || this.#settings.knownBytes.isCurrent(upstream, declared, seen);
  }

  #fromNow(milliseconds: number): Span {
    const from = this.#settings.now();
    return { from, until: from + milliseconds };
  }

  #remember(project: ProjectName, entry: Entry): LoadedPage {
    this.#entries.set(project, entry);
    return entry.loaded!;
  }

  /** Nobody waits for the disk to be served; what is kept of one project is kept in order. */
  #keepLater(project: ProjectName, action: () => Promise<void>): void {
    const before = this.#keeping.get(project);
    const work = Promise.resolve(before)
      .then(() => this.#keep(action))
      .then(() => {
        if (this.#keeping.get(project) === work) this.#keeping.delete(project);
      });
    this.#keeping.set(project, work);
  }

  /** The store is a convenience: a full or failing disk must not keep a page from anybody. */
  async #keep<T>(action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await action();
    } catch (error) {
      this.#settings.onEvent({ kind: 'store-failed', error });
      return undefined;
    }
  }
}

function validatorsOf({ etag, lastModified }: Validators): Validators {
  return { etag, lastModified };
}

function absent(project: ProjectName): Failure {
  return new Failure('not-found', `No upstream knows the project ${project}.`);
}
