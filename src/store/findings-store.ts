import type { Sha256 } from '../domain/digest.js';
import type { Inspection } from '../domain/finding.js';
import type { ProjectName } from '../domain/project-name.js';

/** The known inspections of one project's artifacts. */
export interface ProjectFindings {
  get(sha256: Sha256, filename: string): Inspection | undefined;
  /** All inspections of a filename, for any bytes, in no order: for files that no index lists any longer. */
  named(filename: string): readonly Inspection[];
  /** All inspections in memory, in no order. */
  all(): Iterable<Inspection>;
}

/**
 * The results of inspections, by project, digest, filename, inspector version and inspection settings. The filename is
 * included because some findings compare it with the contents. A record of an older inspector, or under other settings,
 * is ignored. A filename may have several digests: an upstream may replace a file, and two upstreams may list different
 * ones.
 */
export interface FindingsStore {
  get(project: ProjectName, sha256: Sha256, filename: string): Promise<Inspection | undefined>;
  /** All known inspections of a project's artifacts, for its page. */
  known(project: ProjectName): Promise<ProjectFindings>;
  /** Available here immediately, durable when it resolves. */
  put(project: ProjectName, inspection: Inspection): Promise<void>;
  /** The same for an inspection by another process, received from it. */
  keep(project: ProjectName, inspection: Inspection): Promise<void>;
  /** Accepts records that another process has stored: available here immediately. */
  learn(project: ProjectName, ...inspections: readonly Inspection[]): void;
}
