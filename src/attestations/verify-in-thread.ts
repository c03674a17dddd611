import type { Attestation } from '../domain/attestation.js';
import { ThreadFailure } from '../runtime/threads/thread.js';
import { ThreadPool } from '../runtime/threads/thread-pool.js';
import type { NamedDigest } from './statement.js';
import type { VerificationRequest } from './verify-thread.js';

/**
 * Makes of a provenance document what it is worth for a file. Never rejects: where it cannot be verified for a fault of
 * ours, nothing is held against the file (`unreachable`).
 */
export type VerifyProvenance = (
  document: Uint8Array,
  artifact: NamedDigest,
) => Promise<Attestation>;

export interface ProvenanceVerifier {
  readonly verify: VerifyProvenance;
  close(): Promise<void>;
}

export interface VerifierSettings {
  /** The keys to verify with, as the text of a `trusted_root.json`; asked for each document. */
  readonly keys: () => string;
  /** How long one document may take, in milliseconds; an honest one takes some 10. */
  readonly patience?: number;
  /** The thread's program, for tests of what happens when it hangs or dies. */
  readonly program?: URL;
}

/** More than a document and the libraries take, in MiB; the young part is small, because its garbage is. */
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 };
const PROGRAM = new URL('./verify-thread.js', import.meta.url);

/**
 * Verifies in a thread, one document after the other: requests go on meanwhile, whatever a document does to the
 * libraries. Where the thread hangs or dies, what its document is worth is not known.
 */
export function createVerifier(settings: VerifierSettings): ProvenanceVerifier {
  const { keys, patience = 10_000, program = PROGRAM } = settings;
  const pool = new ThreadPool<VerificationRequest, Attestation>({
    program,
    limits: LIMITS,
    most: 1,
  });
  return {
    verify: async (document, artifact) => {
      try {
        return await pool.ask({ document, artifact, keys: keys() }, patience);
      } catch (error) {
        const reason = `the verification failed: ${reasonOf(error as Error)}`;
        return { kind: 'unreachable', reason };
      }
    },
    close: () => pool.close(),
  };
}

function reasonOf(error: Error): string {
  const kind = error instanceof ThreadFailure ? error.kind : undefined;
  if (kind === 'ended') return 'it ended';
  return kind === 'closed' ? 'the verifier was closed' : error.message;
}
