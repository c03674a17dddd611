import type { Sha256 } from '../domain/digest.js';
import type { Inspection } from '../domain/finding.js';
import type { ProjectName } from '../domain/project-name.js';
import type { FindingsStore, ProjectFindings } from './findings-store.js';

/** Receives an inspection. @param isOwn whether it was made in this process */
export type NoteInspection = (project: ProjectName, inspection: Inspection, isOwn: boolean) => void;

/** A findings store that passes on each inspection that becomes known, before it is available. */
export class NotedFindings implements FindingsStore {
  readonly #below: FindingsStore;
  readonly #note: NoteInspection;

  constructor(below: FindingsStore, note: NoteInspection) {
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
    this.#note(project, inspection, true);
    return this.#below.put(project, inspection);
  }

  keep(project: ProjectName, inspection: Inspection): Promise<void> {
    this.#note(project, inspection, false);
    return this.#below.keep(project, inspection);
  }

  learn(project: ProjectName, ...inspections: readonly Inspection[]): void {
    for (const inspection of inspections) this.#note(project, inspection, false);
    this.#below.learn(project, ...inspections);
  }
}
