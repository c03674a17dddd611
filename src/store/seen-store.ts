import type { SeenByName, SeenBytes } from '../domain/integrity.js';
import type { ProjectName } from '../domain/project-name.js';

/** Which bytes were seen under which filename, by upstream and project. */
export interface SeenStore {
  /** All of a project; the same object until something changes. Rejects where it cannot be read. */
  known(upstream: string, project: ProjectName): Promise<SeenByName>;
  /** The same, where it is at hand. */
  peek(upstream: string, project: ProjectName): SeenByName | undefined;
  /** One record as it lies in the store, whatever memory holds. Rejects where the store cannot be read. */
  read(
    upstream: string,
    project: ProjectName,
    filename: string,
  ): Promise<SeenBytes | 'unreadable' | undefined>;
  /** Durable once it resolves. */
  put(upstream: string, project: ProjectName, seen: SeenBytes): Promise<void>;
  /** Takes over what another process has put, or what is not to be kept. */
  learn(upstream: string, project: ProjectName, ...seen: readonly SeenBytes[]): void;
  /** What memory holds is of the past: of a project, or of all. */
  forget(upstream?: string, project?: ProjectName): void;
}
