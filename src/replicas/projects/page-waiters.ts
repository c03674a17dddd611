import type { ProjectName } from '../../domain/project-name.js';
import type { PagePart } from './project-events.js';

type Listener = (page: PagePart | undefined) => void;

/** Those who wait for what comes of somebody else's question to a project's upstreams. */
export class PageWaiters {
  readonly #patience: number;
  readonly #waiting = new Map<ProjectName, Set<Listener>>();

  /** @param patience how long one waits, in milliseconds */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /** Listens from now on. @returns what waits until somebody is told, or for as long as that may take; and what ends it */
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

  /** @param page undefined where none came of it */
  tell(project: ProjectName, page: PagePart | undefined): void {
    for (const listener of this.#waiting.get(project) ?? []) listener(page);
  }
}
