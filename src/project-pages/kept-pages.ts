import { Failure } from '../domain/failure.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Holding } from '../runtime/memory-budget.js';
import type { PageStore, PageToStore, StoredPage } from '../store/page-store.js';

export interface KeptPagesParts {
  readonly store: PageStore;
  readonly onStored: (project: ProjectName) => void;
  readonly onFailed: (error: unknown) => void;
}

/** An optional store: a full or failing disk does not affect responses, and requests do not wait for it. */
export class KeptPages {
  readonly #parts: KeptPagesParts;
  readonly #keeping = new Map<ProjectName, Promise<void>>();

  constructor(parts: KeptPagesParts) {
    this.#parts = parts;
  }

  /** @throws {Failure} overloaded if there is not enough memory */
  get(upstream: string, project: ProjectName, { take }: Holding): Promise<StoredPage | undefined> {
    return this.#attempt(() => this.#parts.store.get(upstream, project, take));
  }

  /** As stored; undefined if it is not. */
  packed(upstream: string, project: ProjectName): Promise<Uint8Array | undefined> {
    return this.#attempt(() => this.#parts.store.packed(upstream, project));
  }

  /** Resolves once it is kept, or cannot be. */
  put(upstream: string, project: ProjectName, page: PageToStore): Promise<void> {
    return this.#later(project, async () => {
      await this.#parts.store.put(upstream, project, page);
      this.#parts.onStored(project);
    });
  }

  /** The same for a page that others announced: it is not announced again. */
  takeOver(upstream: string, project: ProjectName, page: PageToStore): Promise<void> {
    return this.#later(project, () => this.#parts.store.put(upstream, project, page));
  }

  delete(upstream: string, project: ProjectName): void {
    void this.#later(project, () => this.#parts.store.delete(upstream, project));
  }

  /** Resolves when everything is stored. */
  async settled(): Promise<void> {
    while (this.#keeping.size > 0) await Promise.all(this.#keeping.values());
  }

  /** The writes of one project are sequential. */
  #later(project: ProjectName, action: () => Promise<void>): Promise<void> {
    const before = this.#keeping.get(project);
    const work = Promise.resolve(before)
      .then(() => this.#attempt(action))
      .then(() => {
        if (this.#keeping.get(project) === work) this.#keeping.delete(project);
      });
    this.#keeping.set(project, work);
    return work;
  }

  async #attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await action();
    } catch (error) {
      if (error instanceof Failure) throw error;
      this.#parts.onFailed(error);
      return undefined;
    }
  }
}
