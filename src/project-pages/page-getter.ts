import { Failure } from '../domain/failure.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Holding, MemoryBudget } from '../runtime/memory-budget.js';
import { openPage, unpackPage } from '../store/packed-page.js';
import type { PageToStore } from '../store/page-store.js';
import type { PageSource } from '../upstream/pages/page-draft.js';
import type { Upstream, Validators } from '../upstream/upstream.js';
import type { KeptPages } from './kept-pages.js';
import type { LoadedPage, PageReader } from './page-reader.js';

export interface PageGetterParts {
  readonly kept: KeptPages;
  readonly reader: PageReader;
  /** For what is on its way. */
  readonly budget: MemoryBudget;
  readonly now: () => number;
}

/** A page that was read, and what its upstream is asked with, whether there is another by now. */
export interface Got {
  readonly loaded: LoadedPage;
  readonly validators: Validators;
}

/** What a body becomes on its way to a page, in its own bytes: its text, and what that is parsed into. */
const PARSING = 4;

/** Gets pages from upstreams and from the disk. What is in memory on the way is bounded over all of them. */
export class PageGetter {
  readonly #parts: PageGetterParts;

  constructor(parts: PageGetterParts) {
    this.#parts = parts;
  }

  /**
   * Asks an upstream, and keeps what it says.
   * @param share shares it; the page is in memory until that is over
   * @throws {Failure} upstream-broken, upstream-unreachable, overloaded
   */
  async ask(
    upstream: Upstream,
    project: ProjectName,
    validators: Validators | undefined,
    share?: (page: PageToStore) => Promise<void>,
  ): Promise<Got | 'absent' | 'unchanged'> {
    const { kept, budget, now } = this.#parts;
    const holding = budget.enter(project);
    let keeping: Promise<unknown> | undefined;
    try {
      const answer = await upstream.fetchPage(project, validators, holding);
      if (answer.kind !== 'page') return answer.kind;
      const got = await this.#read(upstream, project, answer);
      const { kind: _, body: __, ...rest } = answer;
      const page = { ...rest, checkedAt: now() };
      keeping = Promise.all([kept.put(upstream.name, project, page), share?.(page)]);
      return got;
    } finally {
      release(holding, keeping);
    }
  }

  /**
   * What was kept of an upstream; undefined where nothing was, or nothing that can be read.
   * @throws {Failure} overloaded
   */
  async recall(
    upstream: Upstream,
    project: ProjectName,
  ): Promise<(Got & { readonly checkedAt: number }) | undefined> {
    const { kept, budget } = this.#parts;
    const holding = budget.enter(project);
    try {
      const stored = await kept.get(upstream.name, project, holding);
      if (stored === undefined) return undefined;
      const { checkedAt } = stored;
      return { ...(await this.#read(upstream, project, stored)), checkedAt };
    } catch (error) {
      if (error instanceof Failure && error.kind === 'overloaded') throw error;
      return undefined;
    } finally {
      holding.release();
    }
  }

  /**
   * Takes over a page that somebody else was given.
   * @param packed as `store/packed-page.ts` does it
   * @returns undefined where it cannot be read
   * @throws {Failure} overloaded
   */
  async takeOver(
    upstream: Upstream,
    project: ProjectName,
    packed: Uint8Array,
    checkedAt: number,
  ): Promise<Got | undefined> {
    const { kept, budget } = this.#parts;
    const holding = budget.enter(project);
    let keeping: Promise<void> | undefined;
    try {
      await holding.take(packed.length);
      const page = openPage(packed);
      const source = page && (await unpackPage(page, (bytes) => holding.take(bytes)));
      if (source === undefined) return undefined;
      const got = await this.#read(upstream, project, source);
      keeping = kept.takeOver(upstream.name, project, { ...page!, checkedAt });
      return got;
    } catch (error) {
      if (error instanceof Failure && error.kind === 'overloaded') throw error;
      return undefined;
    } finally {
      release(holding, keeping);
    }
  }

  async #read(
    upstream: Upstream,
    project: ProjectName,
    source: PageSource & Validators,
  ): Promise<Got> {
    const { reader, budget } = this.#parts;
    const holding = budget.enter(project);
    try {
      await holding.take(PARSING * source.body.length);
      const { etag, lastModified } = source;
      const loaded = await reader.read(upstream, project, source);
      return { loaded, validators: { etag, lastModified } };
    } finally {
      holding.release();
    }
  }
}

/** What is being kept is in memory until it is. */
function release(holding: Holding, keeping: Promise<unknown> | undefined): void {
  if (keeping === undefined) return holding.release();
  void keeping.finally(() => holding.release());
}
