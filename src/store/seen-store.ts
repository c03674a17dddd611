import type { SeenByName, SeenBytes } from '../domain/integrity.js';
import type { ProjectName } from '../domain/project-name.js';

/** The known digests per filename, by upstream and project. */
export interface SeenStore {
  /** All records of a project; the same object until a change. Rejects if they are unreadable. */
  known(upstream: string, project: ProjectName): Promise<SeenByName>;
  /** The same, if it is in memory. */
  peek(upstream: string, project: ProjectName): SeenByName | undefined;
  /** One record from the store itself, bypassing memory. Rejects if the store is unreadable. */
  read(
    upstream: string,
    project: ProjectName,
    filename: string,
  ): Promise<SeenBytes | 'unreadable' | undefined>;
  /** Durable when it resolves. */
  put(upstream: string, project: ProjectName, seen: SeenBytes): Promise<void>;
  /** Accepts records that another process has stored, or that must not be stored. */
  learn(upstream: string, project: ProjectName, ...seen: readonly SeenBytes[]): void;
  /** Discards outdated memory: of a project, or of all. */
  forget(upstream?: string, project?: ProjectName): void;
}
