import type { Attestation } from '../domain/attestation.js';
import { ThreadFailure } from '../runtime/threads/thread.js';
import { ThreadPool } from '../runtime/threads/thread-pool.js';
import type { NamedDigest } from './statement.js';
import type { VerificationRequest } from './verify-thread.js';

/**
 * Verifies a provenance document for a file. Never rejects: an internal fault yields `unreachable`, so it does not
 * count against the file.
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
  /** The keys for verification, as the text of a `trusted_root.json`; read for each document. */
  readonly keys: () => string;
  /** Timeout for one document, in milliseconds; a valid one takes about 10. */
  readonly patience?: number;
  /** The thread's program, replaceable to test a thread that hangs or dies. */
  readonly program?: URL;
}

/** More than a document and the libraries need, in MiB. The young generation is small to collect garbage early. */
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 };
const PROGRAM = new URL('./verify-thread.js', import.meta.url);

/**
 * Verifies documents in a thread, one after another, so no document can delay requests. If the thread hangs or dies,
 * the result for its document is unknown.
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
