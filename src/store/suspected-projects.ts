import type { Sha256 } from '../domain/digest.js';
import type { Inspection } from '../domain/finding.js';
import type { ProjectName } from '../domain/project-name.js';
import type { FindingsStore, ProjectFindings } from './findings-store.js';

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

/** A findings store that records projects with findings. */
export class SuspectingFindings implements FindingsStore {
  readonly #below: FindingsStore;
  readonly #suspected: SuspectedProjects;

  constructor(below: FindingsStore, suspected: SuspectedProjects) {
    this.#below = below;
    this.#suspected = suspected;
  }

  get(project: ProjectName, sha256: Sha256, filename: string): Promise<Inspection | undefined> {
    return this.#below.get(project, sha256, filename);
  }

  known(project: ProjectName): Promise<ProjectFindings> {
    return this.#below.known(project);
  }

  put(project: ProjectName, inspection: Inspection): Promise<void> {
    this.#note(project, inspection);
    return this.#below.put(project, inspection);
  }

  keep(project: ProjectName, inspection: Inspection): Promise<void> {
    this.#note(project, inspection);
    return this.#below.keep(project, inspection);
  }

  learn(project: ProjectName, ...inspections: readonly Inspection[]): void {
    for (const inspection of inspections) this.#note(project, inspection);
    this.#below.learn(project, ...inspections);
  }

  #note(project: ProjectName, { findings }: Inspection): void {
    if (findings.length > 0) this.#suspected.add(project);
  }
}
