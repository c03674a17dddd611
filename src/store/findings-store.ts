import type { Sha256 } from '../domain/digest.js';
import type { Inspection } from '../domain/finding.js';
import type { ProjectName } from '../domain/project-name.js';

/** What is known of one project's artifacts. */
export interface ProjectFindings {
  get(sha256: Sha256, filename: string): Inspection | undefined;
  /** All of a filename, whatever its bytes, in no order: for what no index lists any more. */
  named(filename: string): readonly Inspection[];
  /** All of them, as far as they are in memory, in no order. */
  all(): Iterable<Inspection>;
}

/**
 * What inspections saw, by project, digest, filename, inspector version and the settings of the inspection. The
 * filename counts because some findings compare it with the contents; a record of an older inspector, or of other
 * settings, is as good as none. Several digests may go by one filename: an upstream may list another file under
 * it tomorrow, and two upstreams may do so today.
 */
export interface FindingsStore {
  get(project: ProjectName, sha256: Sha256, filename: string): Promise<Inspection | undefined>;
  /** All that is known of a project's artifacts, for its page. */
  known(project: ProjectName): Promise<ProjectFindings>;
  /** Known at once to whoever asks here, durable once it resolves. */
  put(project: ProjectName, inspection: Inspection): Promise<void>;
  /** The same of what somebody else has found, who has told of it. */
  keep(project: ProjectName, inspection: Inspection): Promise<void>;
  /** Takes over what another process has put: known at once to whoever asks here. */
  learn(project: ProjectName, ...inspections: readonly Inspection[]): void;
}
