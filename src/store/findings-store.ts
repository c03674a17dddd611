import type { Sha256 } from '../domain/digest.js';
import type { Inspection } from '../domain/finding.js';
import type { ProjectName } from '../domain/project-name.js';

/**
 * What inspections saw, by project, digest, filename and inspector version. The filename counts because
 * some findings compare it with the contents; an older inspector's record is as good as none.
 */
export interface FindingsStore {
  get(project: ProjectName, sha256: Sha256, filename: string): Promise<Inspection | undefined>;
  /** All that is known of a project's artifacts, for its page: by filename, then checked by digest. */
  known(project: ProjectName): Promise<ReadonlyMap<string, Inspection>>;
  /** Known at once to whoever asks here, durable once it resolves. */
  put(project: ProjectName, inspection: Inspection): Promise<void>;
}
