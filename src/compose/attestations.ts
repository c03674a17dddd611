import { Attestations } from '../attestations/attestations.js';
import { TrustRoot } from '../attestations/trust-root.js';
import { createVerifier } from '../attestations/verify-in-thread.js';
import { withCurrentKeys } from '../attestations/with-current-keys.js';
import type { Config } from '../config/config.js';
import type { AttestationRecord } from '../domain/attestation.js';
import type { ProjectName } from '../domain/project-name.js';
import type { AttestationStore } from '../store/attestation-store.js';
import { dataFolder } from './data-folder.js';
import { noteAttestationEvent, noteTrustEvent } from './note-events.js';
import type { Process } from './process.js';

/**
 * The verification of attestations; its thread and keys are loaded on first use.
 * @param onKnown called with a project that has new facts
 */
export function createAttestations(
  config: Config,
  { member, network, now, metrics, log, verifyProvenance, closing }: Process,
  store: AttestationStore,
  onKnown: (project: ProjectName, record: AttestationRecord) => void,
): Attestations {
  const directory = dataFolder(config.data).keysOf(member);
  const trust = new TrustRoot({
    fetch: config.attestations.updateKeys
      ? async () => {
          // Its library is the heaviest of all, and many have no use for it.
          const { fetchTrustRoot } = await import('../attestations/trust-updates.js');
          return fetchTrustRoot({ directory, network });
        }
      : undefined,
    now,
    onEvent: (event) => noteTrustEvent(event, log),
  });
  closing.add(() => trust.refreshed());
  const verifier = createVerifier({ keys: () => trust.keys() });
  closing.add(() => verifier.close());
  return new Attestations({
    store,
    verify: verifyProvenance ?? withCurrentKeys(verifier.verify, trust),
    now,
    onEvent: (event) => {
      if (event.kind === 'looked-up') onKnown(event.project, event.record);
      noteAttestationEvent(event, metrics, log);
    },
  });
}
