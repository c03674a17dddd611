import { join } from 'node:path';
import { Attestations } from '../attestations/attestations.js';
import { TrustRoot } from '../attestations/trust-root.js';
import { createVerifier, type VerifyProvenance } from '../attestations/verify-in-thread.js';
import { withCurrentKeys } from '../attestations/with-current-keys.js';
import type { Config } from '../config/config.js';
import type { AttestationRecord } from '../domain/attestation.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Metrics } from '../observe/metrics.js';
import type { Log } from '../runtime/log.js';
import type { Network } from '../runtime/network.js';
import { DiskAttestationStore } from '../store/disk/disk-attestation-store.js';
import { noteAttestationEvent, noteTrustEvent } from './note-events.js';

export interface AttestingParts {
  /** Which of several workers this is: each looks after its keys itself. */
  readonly slot: number | undefined;
  readonly network: Network;
  readonly now: () => number;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Instead of sigstore's keys. */
  readonly verify: VerifyProvenance | undefined;
  /** More is known of a project than before. */
  readonly onKnown: (project: ProjectName, record: AttestationRecord) => void;
}

export interface Attesting {
  readonly attestations: Attestations;
  /** Takes over what another process has found out. */
  learn(project: ProjectName, record: AttestationRecord): void;
  close(): Promise<void>;
}

/** All that it takes to look at attestations; the thread and the keys come with the first of them. */
export function makeAttesting({ data, attestations }: Config, parts: AttestingParts): Attesting {
  const { slot, network, now, metrics, log, verify, onKnown } = parts;
  const keys = slot === undefined ? 'sigstore-keys' : `sigstore-keys-${slot}`;
  const trust = new TrustRoot({
    fetch: attestations.updateKeys
      ? async () => {
          // Its library is the heaviest of all, and many have no use for it.
          const { fetchTrustRoot } = await import('../attestations/trust-updates.js');
          return fetchTrustRoot({ directory: join(data, keys), network });
        }
      : undefined,
    now,
    onEvent: (event) => noteTrustEvent(event, log),
  });
  const verifier = createVerifier({ keys: () => trust.keys() });
  const store = new DiskAttestationStore(join(data, 'attestations'));
  return {
    attestations: new Attestations({
      store,
      verify: verify ?? withCurrentKeys(verifier.verify, trust),
      now,
      onEvent: (event) => {
        if (event.kind === 'looked-up') onKnown(event.project, event.record);
        noteAttestationEvent(event, metrics, log);
      },
    }),
    learn: (project, record) => store.learn(project, record),
    close: async () => {
      await Promise.all([verifier.close(), trust.refreshed()]);
    },
  };
}
