import type { Sha256 } from '../domain/digest.js';
import type { Inspection } from '../domain/finding.js';
import type { ProjectName } from '../domain/project-name.js';
import type { FindingsStore, ProjectFindings } from '../store/findings-store.js';

/** Announces an inspection to the others. */
export type TellFindings = (project: ProjectName, inspection: Inspection) => void;

/** A findings store that announces new inspections to the others. */
export class TellingFindings implements FindingsStore {
  readonly #below: FindingsStore;
  readonly #tell: TellFindings;

  constructor(below: FindingsStore, tell: TellFindings) {
    this.#below = below;
    this.#tell = tell;
  }

  get(project: ProjectName, sha256: Sha256, filename: string): Promise<Inspection | undefined> {
    return this.#below.get(project, sha256, filename);
  }

  known(project: ProjectName): Promise<ProjectFindings> {
    return this.#below.known(project);
  }

  async put(project: ProjectName, inspection: Inspection): Promise<void> {
    await this.#below.put(project, inspection);
    this.#tell(project, inspection);
  }

  keep(project: ProjectName, inspection: Inspection): Promise<void> {
    return this.#below.keep(project, inspection);
  }

  learn(project: ProjectName, ...inspections: readonly Inspection[]): void {
    this.#below.learn(project, ...inspections);
  }
}
