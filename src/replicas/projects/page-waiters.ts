import type { ProjectName } from '../../domain/project-name.js';
import type { PagePart } from './project-events.js';

type Listener = (page: PagePart | undefined) => void;

/** Requests that wait for the result of another replica's upstream request. */
export class PageWaiters {
  readonly #patience: number;
  readonly #waiting = new Map<ProjectName, Set<Listener>>();

  /** @param patience the longest wait in milliseconds */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /** Listens from now on. @returns `wait`, which waits for the result or a timeout; and `end`, which stops listening */
  begin(project: ProjectName): { wait(): Promise<PagePart | undefined>; end(): void } {
    let told: { readonly page: PagePart | undefined } | undefined;
    let wake: Listener = () => {};
    const listener: Listener = (page) => {
      told = { page };
      wake(page);
    };
    const listeners = this.#waiting.get(project) ?? new Set();
    this.#waiting.set(project, listeners.add(listener));
    return {
      wait: () =>
        new Promise((resolve) => {
          if (told !== undefined) return resolve(told.page);
          const late = setTimeout(() => resolve(undefined), this.#patience);
          wake = (page) => {
            clearTimeout(late);
            resolve(page);
          };
        }),
      end: () => {
        listeners.delete(listener);
        if (listeners.size === 0) this.#waiting.delete(project);
      },
    };
  }

  /** @param page undefined if the request had no result */
  tell(project: ProjectName, page: PagePart | undefined): void {
    for (const listener of this.#waiting.get(project) ?? []) listener(page);
  }
}
