import type { Sha256 } from '../domain/digest.js';
import type { Inspection } from '../domain/finding.js';
import type { ProjectName } from '../domain/project-name.js';
import type { FindingsStore, ProjectFindings } from '../store/findings-store.js';
import type { Learnt } from './shared.js';

/** A findings store that tells the other processes what is put into it. */
export class SharingFindings implements FindingsStore {
  readonly #below: FindingsStore;
  readonly #share: (learnt: Learnt) => void;

  constructor(below: FindingsStore, share: (learnt: Learnt) => void) {
    this.#below = below;
    this.#share = share;
  }

  get(project: ProjectName, sha256: Sha256, filename: string): Promise<Inspection | undefined> {
    return this.#below.get(project, sha256, filename);
  }

  known(project: ProjectName): Promise<ProjectFindings> {
    return this.#below.known(project);
  }

  async put(project: ProjectName, inspection: Inspection): Promise<void> {
    await this.#below.put(project, inspection);
    this.#share({ kind: 'findings', project, inspection });
  }

  learn(project: ProjectName, inspection: Inspection): void {
    this.#below.learn(project, inspection);
  }
}
