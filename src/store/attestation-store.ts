import type { AttestationRecord, KnownAttestations } from '../domain/attestation.js';
import type { ProjectName } from '../domain/project-name.js';

/** The results for provenance documents, by project, filename and digest. */
export interface AttestationStore {
  known(project: ProjectName): Promise<KnownAttestations>;
  /** Durable when it resolves. */
  put(project: ProjectName, record: AttestationRecord): Promise<void>;
  /** Accepts records that another process has stored: available here immediately. */
  learn(project: ProjectName, ...records: readonly AttestationRecord[]): void;
}
