import { Failure } from '../domain/failure.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Holding, MemoryBudget } from '../runtime/memory-budget.js';
import { openPage, unpackPage } from '../store/packed-page.js';
import type { PageToStore } from '../store/page-store.js';
import type { PageSource } from '../upstream/pages/page-draft.js';
import type { Upstream, Validators } from '../upstream/upstream.js';
import type { Checked } from './first-sights.js';
import type { KeptPages } from './kept-pages.js';
import type { LoadedPage, PageReader } from './page-reader.js';

export interface PageGetterParts {
  readonly kept: KeptPages;
  readonly reader: PageReader;
  /** For pages in progress. */
  readonly budget: MemoryBudget;
  readonly now: () => number;
}

/** A parsed page, and the validators for its next request. */
export interface Got {
  readonly loaded: LoadedPage;
  readonly validators: Validators;
}

/** Memory for parsing, as a multiple of the body: its text, and the parsed form. */
const PARSING = 4;

/** Fetches pages from upstreams and from the disk, with a limit on the memory for all of them. */
export class PageGetter {
  readonly #parts: PageGetterParts;

  constructor(parts: PageGetterParts) {
    this.#parts = parts;
  }

  /**
   * Queries an upstream, and stores its response.
   * @param share announces it; the page stays in memory until that is done
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
      const checkedAt = now();
      const got = await this.#read(upstream, project, answer, {
        checkedAt,
        isCached: false,
      });
      const { kind: _, body: __, ...rest } = answer;
      const page = { ...rest, checkedAt };
      keeping = Promise.all([kept.put(upstream.name, project, page), share?.(page)]);
      return got;
    } finally {
      release(holding, keeping);
    }
  }

  /**
   * The stored page of an upstream; undefined if it is missing or unreadable.
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
      return {
        ...(await this.#read(upstream, project, stored, { checkedAt, isCached: true })),
        checkedAt,
      };
    } catch (error) {
      if (error instanceof Failure && error.kind === 'overloaded') throw error;
      return undefined;
    } finally {
      holding.release();
    }
  }

  /**
   * Accepts a page that another process received.
   * @param packed as by `store/packed-page.ts`
   * @returns undefined if it is unreadable
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
      const got = await this.#read(upstream, project, source, {
        checkedAt,
        isCached: false,
      });
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
    checked: Checked,
  ): Promise<Got> {
    const { reader, budget } = this.#parts;
    const holding = budget.enter(project);
    try {
      await holding.take(PARSING * source.body.length);
      const { etag, lastModified } = source;
      const loaded = await reader.read(upstream, project, source, checked);
      return { loaded, validators: { etag, lastModified } };
    } finally {
      holding.release();
    }
  }
}

/** Keeps the memory reserved until the page is stored. */
function release(holding: Holding, keeping: Promise<unknown> | undefined): void {
  if (keeping === undefined) return holding.release();
  void keeping.finally(() => holding.release());
}
