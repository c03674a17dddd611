import type { AttestationRecord, KnownAttestations } from '../domain/attestation.js';
import type { ProjectName } from '../domain/project-name.js';

/** What became of provenance documents, by project, filename and digest. */
export interface AttestationStore {
  known(project: ProjectName): Promise<KnownAttestations>;
  /** Durable once it resolves. */
  put(project: ProjectName, record: AttestationRecord): Promise<void>;
  /** Takes over what another process has put: known at once to whoever asks here. */
  learn(project: ProjectName, ...records: readonly AttestationRecord[]): void;
}
