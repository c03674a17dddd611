import type { Sha256 } from '../domain/digest.js';
import type { Inspection } from '../domain/finding.js';
import type { ProjectName } from '../domain/project-name.js';
import type { FindingsStore, ProjectFindings } from './findings-store.js';

/** A findings store that passes on each inspection that becomes known, before it is available. */
export class NotedFindings implements FindingsStore {
  readonly #below: FindingsStore;
  readonly #note: (project: ProjectName, inspection: Inspection) => void;

  constructor(below: FindingsStore, note: (project: ProjectName, inspection: Inspection) => void) {
    this.#below = below;
    this.#note = note;
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
}
