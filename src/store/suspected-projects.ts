import type { ProjectName } from '../domain/project-name.js';

/** Maximum number of project names, far above the number found in a real index. */
const MOST = 50_000;

/**
 * Projects with an artifact that had a finding, or was refused for its content. Queries about hundreds of releases read
 * only the findings of these.
 */
export class SuspectedProjects {
  readonly #names = new Set<ProjectName>();
  #searched: Promise<void> = Promise.resolve();

  /** Resolves when the findings of earlier runs are known. */
  get searched(): Promise<void> {
    return this.#searched;
  }

  /** @param search a search of earlier runs' findings; it never rejects */
  search(search: Promise<void>): void {
    this.#searched = search;
  }

  has(project: ProjectName): boolean {
    return this.#names.has(project);
  }

  add(project: ProjectName): void {
    if (this.#names.size < MOST) this.#names.add(project);
  }
}
